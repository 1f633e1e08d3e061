import type { AddressPlaces, AddressRoot } from '../../core/addresses/meant-addresses.js';
import type { Collection, Source } from '../../core/types.js';
import type { ServiceContext } from '../context.js';

/** What addresses are read against that somebody types about these collections. */
export async function addressPlaces(
  { store, folder }: ServiceContext,
  collections: readonly Collection[],
): Promise<AddressPlaces> {
  const names = new Set(collections.map(({ name }) => name));
  const sources = (await store.listSources()).filter(({ collection }) => names.has(collection));
  return { folder, roots: sources.flatMap(addressRoots) };
}

/** Where the documents of a source lie; notes lie nowhere. */
export function addressRoots(source: Source): AddressRoot[] {
  const text = (name: string): string => {
    const value = source.options[name];
    return typeof value === 'string' ? value : '';
  };
  if (source.kind === 'files') return [folderRoot(text('root') || source.uri)];
  if (source.kind === 'web') return [siteRoot(source.uri)];
  if (source.kind !== 'github') return [];
  const path = text('path');
  const remote = text('gitUrl');
  const isOnSite = text('owner') !== '' && !source.uri.startsWith(remote);
  const name =
    remote
      .replace(/\.git$/, '')
      .split('/')
      .at(-1) ?? '';
  const repository = isOnSite ? [text('owner'), text('repository')] : [name];
  const address = isOnSite ? `${text('webUrl')}/${repository.join('/')}/blob` : remote;
  return [{ address, gap: isOnSite ? 'branch-slash' : 'branch-colon', names: repository, path }];
}

function folderRoot(path: string): AddressRoot {
  const clean = path.replace(/\/+$/, '');
  return {
    address: `file://${clean.replaceAll('%', '%25')}`,
    gap: 'slash',
    names: clean.replaceAll('%', '%25').split('/').slice(1),
  };
}

function siteRoot(uri: string): AddressRoot {
  const address = uri.replace(/[?#].*$/s, '').replace(/\/+$/, '');
  return { address, gap: 'slash', names: address.replace(/^[a-z]+:\/\//i, '').split('/') };
}

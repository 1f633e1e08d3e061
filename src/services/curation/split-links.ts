import { sameTextKey } from '../../core/curation/exact-duplicates.js';
import { type Example, type SplitName, sidesOf } from '../../core/curation/example.js';
import { LinkList } from '../../core/curation/link-list.js';
import { NearDuplicateFinder } from '../../core/curation/near-duplicates.js';
import type { ExampleSource } from '../../core/curation/ports.js';
import { linkByKeys, proveSplits, type SplitMember, type SplitProof } from '../../core/curation/split-examples.js';
import { normalizeUrl, pageKey } from '../../core/normalize-url.js';
import { type ExamplePass, finishSearch, visitExamples } from './visit-examples.js';

/** Longest text compared for near-duplicates, in characters. */
const MAX_TEXT = 20_000;

/** An example as the splitter sees it: its document, its address without fragment, its query and its cluster. */
function memberOf(example: Example, isFresh: boolean): SplitMember {
  const { prompt } = sidesOf(example);
  const { documentId, uri, cluster } = example.provenance;
  return {
    id: example.id,
    split: isFresh ? '' : example.split,
    keys: {
      'same-document': [documentId],
      'same-uri': [canonicalUri(uri)],
      // A short phrase such as a heading "Usage" is shared by chance; eight letters are a query.
      'same-query': [prompt.length < 8 ? '' : sameTextKey(prompt), cluster],
    },
  };
}

/**
 * One key for the spellings of a page's address, without the place inside the page; `#ref:path` and `#commit/hash`
 * stay, since they name files and commits of a git repository.
 */
function canonicalUri(uri: string): string {
  const [, page = '', fragment = ''] = /^([^#]*)(#(?:[^:]+:.|commit\/.).*)?/.exec(uri) ?? [];
  const url = normalizeUrl(page);
  return (url === undefined ? page.replace(/\/(?:index\.html?)?$/, '') : pageKey(url)) + fragment;
}

/** Examples as the splitter sees them, and the links between them that only their texts tell. */
export interface LinkedExamples {
  readonly members: readonly SplitMember[];
  /** Near-duplicate answers and near-duplicate prompts; places count in the order of the source. */
  readonly links: LinkList;
}

/** Reads examples twice and links them. @param isFresh forgets the splits that they have */
export async function linkExamples(
  source: ExampleSource,
  isFresh: boolean,
  pass: ExamplePass,
): Promise<LinkedExamples> {
  const members: SplitMember[] = [];
  const sides = (['response', 'prompt'] as const).map((side) => ({ side, finder: new NearDuplicateFinder() }));
  await visitExamples(source, pass, (example) => {
    members.push(memberOf(example, isFresh));
    for (const { side, finder } of sides) finder.add(sidesOf(example)[side].slice(0, MAX_TEXT));
  });
  const suspects = sides.map(({ side, finder }) => ({ side, finder, places: finder.suspects() }));
  if (suspects.some(({ places }) => places.size > 0)) {
    await visitExamples(source, pass, (example, at) => {
      for (const { side, finder, places } of suspects) {
        if (places.has(at)) finder.verify(at, sidesOf(example)[side].slice(0, MAX_TEXT));
      }
    });
  }
  const links = new LinkList();
  for (const { finder } of sides) {
    for (const { first, second } of await finishSearch(finder.pairs(), pass.handle.signal)) {
      links.add({ first, second, kind: 'near-duplicate' });
    }
  }
  return { members, links };
}

/** Checks the splits that examples have against every link between them; gives those splits besides. Links count by place. */
export async function proveSource(
  source: ExampleSource,
  pass: ExamplePass,
): Promise<{ readonly proof: SplitProof; readonly splits: readonly (SplitName | '')[] }> {
  const { members, links } = await linkExamples(source, false, pass);
  const splits = members.map((member) => member.split);
  const all = linkByKeys(members);
  for (const link of links) all.add(link);
  return { proof: proveSplits(splits, all), splits };
}

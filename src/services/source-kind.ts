import { stat } from 'node:fs/promises';
import { QuarryError } from '../core/errors.js';
import type { SourceKind } from '../core/types.js';

const REPOSITORY = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})\/[A-Za-z0-9._-]{1,100}(?:@[^\s:]+)?(?::\S+)?$/;
const GIT_ADDRESS = /^(?:git@|ssh:\/\/|git:\/\/|git\+)|\.git(?:[@#/].*)?$/i;
const GITHUB_PAGE = /^https?:\/\/(?:www\.)?github\.com\/[^/\s]+\/[^/\s]+/i;

/**
 * Guesses what the user means by a target: something on this disk, a repository, or a web page, in this order.
 * What `mayRead` refuses is taken as absent, so that the answer tells nothing of it.
 * @throws QuarryError INPUT_INVALID when it is none of these
 */
export async function detectSourceKind(
  target: string,
  mayRead: (path: string) => Promise<boolean>,
): Promise<SourceKind> {
  const isUrl = /^[a-z][a-z0-9+.-]*:\/\//i.test(target);
  if (isUrl && (GITHUB_PAGE.test(target) || GIT_ADDRESS.test(target))) return 'github';
  if (/^https?:\/\//i.test(target)) return 'web';
  if (/^file:\/\//i.test(target)) return 'files';
  if (target.startsWith('git@')) return 'github';
  if ((await mayRead(target)) && (await exists(target))) return /\.git\/?$/.test(target) ? 'github' : 'files';
  if (REPOSITORY.test(target) && !target.startsWith('.')) return 'github';
  if (/[*?[\]{}]/.test(target) || /^[./~]/.test(target)) return 'files';
  throw new QuarryError(
    'INPUT_INVALID',
    `Cannot tell what ${JSON.stringify(target.slice(0, 200))} is: no such path, URL or repository.`,
    {
      hint: 'Give a folder, a file, a glob, a URL (https://...), or owner/repo; or name the kind.',
    },
  );
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false; // Not a readable path, so it is something else; the adapter reports what it then finds.
  }
}

import { QuarryError } from '../../core/errors.js';
import { type GitSettings, traceGit } from './run-git.js';

/** What a smart server calls its answer, and how the HEAD of a repository that lies on a plain file server begins. */
const SMART = /<= Recv header: content-type: application\/x-git-upload-pack-advertisement/i;
const PLAIN = /<= Recv data: (?:[0-9a-f]+\.\.)?(?:ref: refs\/|[0-9a-f]{40}(?:[0-9a-f]{24})?\.)/;

/**
 * Makes sure that an address which named no branch is a repository without commits: git takes an empty page, or a page
 * of one line, for a repository that holds nothing.
 * @throws QuarryError GIT_FAILED when it is no git service
 */
export async function requireGitService(remote: {
  readonly url: string;
  readonly settings: GitSettings;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { url, settings, signal } = remote;
  if (!/^https?:/.test(url)) return;
  const trace = await traceGit(settings, { args: ['ls-remote', '--', url], signal, timeoutMs: 60_000 });
  if (SMART.test(trace) || PLAIN.test(trace)) return;
  throw new QuarryError(
    'GIT_FAILED',
    'The address answers, but not as a git repository: it gave a web page or nothing.',
    {
      hint: 'Check the address; a private repository may show a login page. For a web site, ingest it with kind web. Nothing was removed from the index.',
    },
  );
}

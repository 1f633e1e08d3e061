import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MINING_BOUNDS } from '../../../src/core/curation/miners/mined-pair.js';
import { MINER_TABLE } from '../../../src/core/curation/miners/miners.js';
import type { JsonObject } from '../../../src/core/types.js';
import { createGithubAdapter } from '../../../src/extract/github/github-adapter.js';
import { collectSync, remember, type SyncMemory, type SyncOutcome } from '../collect-sync.js';
import { type LoopbackServer, serve, TestRepository } from './git-repositories.js';

interface FakeIssue {
  number: number;
  title: string;
  body: string;
  state: string;
  isPull?: boolean;
  updated: number;
  comments: { id: number; body: string; path?: string }[];
}

/** A small GitHub: issues with since, state, paging, ETags, and faults on demand. */
class FakeGithub {
  readonly issues = new Map<number, FakeIssue>();
  /** Answers to give instead, one per request, first first. */
  readonly faults: { status: number; headers?: Record<string, string>; body?: unknown }[] = [];
  pageSize = 2;
  server!: LoopbackServer;

  add(number: number, more: Partial<FakeIssue> = {}): FakeIssue {
    const issue = {
      number,
      title: `Issue ${number}`,
      body: `body ${number}`,
      state: 'open',
      updated: number,
      comments: [],
      ...more,
    };
    this.issues.set(number, issue);
    return issue;
  }

  async start(): Promise<void> {
    this.server = await serve((request, response) => this.answer(request, response));
  }

  get requests(): string[] {
    return this.server.seen.map((request) => request.url);
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', this.server.url);
    if (url.pathname.endsWith('/license')) {
      send(response, 200, { license: { spdx_id: 'MIT' } });
      return;
    }
    const fault = this.faults.shift();
    if (fault !== undefined) {
      send(response, fault.status, fault.body ?? { message: 'fault' }, fault.headers);
      return;
    }
    const items = this.list(url);
    if (items === undefined) {
      send(response, 404, { message: 'Not Found' });
      return;
    }
    const page = Number(url.searchParams.get('page') ?? '1');
    const shown = items.slice((page - 1) * this.pageSize, page * this.pageSize);
    const etag = `"${JSON.stringify(items).length}-${items.length}"`;
    if (request.headers['if-none-match'] === etag) {
      send(response, 304, undefined);
      return;
    }
    const next = new URL(url);
    next.searchParams.set('page', String(page + 1));
    const link =
      page * this.pageSize < items.length ? { link: `<${next.href}>; rel="next", <${next.href}>; rel="last"` } : {};
    send(response, 200, shown, { etag, ...link });
  }

  private list(url: URL): unknown[] | undefined {
    const since = url.searchParams.get('since') ?? '';
    const single = /^\/repos\/o\/r\/(issues|pulls)\/(\d+)\/comments$/.exec(url.pathname);
    if (single !== null) return this.comments([Number(single[2])], single[1] === 'pulls');
    const all = /^\/repos\/o\/r\/(issues|pulls)\/comments$/.exec(url.pathname);
    if (all !== null) return this.comments([...this.issues.keys()], all[1] === 'pulls');
    if (url.pathname !== '/repos/o/r/issues') return undefined;
    const state = url.searchParams.get('state');
    return [...this.issues.values()]
      .filter((issue) => (state === 'all' || issue.state === state) && timeOf(issue.updated) >= since)
      .sort((a, b) => b.updated - a.updated)
      .map((issue) => ({
        number: issue.number,
        title: issue.title,
        body: issue.body,
        state: issue.state,
        user: { login: 'ann' },
        labels: [{ name: 'bug' }],
        comments: issue.comments.filter((comment) => comment.path === undefined).length,
        created_at: timeOf(0),
        updated_at: timeOf(issue.updated),
        ...(issue.isPull ? { pull_request: { merged_at: timeOf(issue.updated) } } : {}),
      }));
  }

  private comments(numbers: readonly number[], isReview: boolean): unknown[] {
    return numbers.flatMap((number) =>
      (this.issues.get(number)?.comments ?? [])
        .filter((comment) => (comment.path !== undefined) === isReview)
        .map((comment) => ({
          ...comment,
          user: null,
          created_at: timeOf(comment.id),
          line: 3,
          ...(isReview ? { diff_hunk: '@@ -1 +1 @@\n-old\n+new' } : {}),
          [isReview ? 'pull_request_url' : 'issue_url']:
            `${this.server.url}/repos/o/r/${isReview ? 'pulls' : 'issues'}/${number}`,
        })),
    );
  }
}

function timeOf(minute: number): string {
  return new Date(Date.UTC(2024, 0, 1, 0, minute)).toISOString().replace('.000', '');
}

function send(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

let folder = '';
let github: FakeGithub;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'quarry-issues-'));
  github = new FakeGithub();
  await github.start();
});
afterEach(async () => {
  await github.server.close();
  await rm(folder, { recursive: true, force: true });
});

async function sync(
  options: JsonObject = {},
  memory: SyncMemory = {},
  more: { maxWaitMs?: number } = {},
): Promise<SyncOutcome> {
  const adapter = createGithubAdapter({
    cacheDirectory: path.join(folder, 'cache'),
    folder,
    apiUrl: github.server.url,
    token: 'sekret-token',
    retryDelayMs: 1,
    ...more,
  });
  const spec = await adapter.resolve('o/r', { files: false, issues: true, pullRequests: true, ...options });
  expect(JSON.stringify(spec)).not.toContain('sekret');
  return await collectSync(adapter, spec, memory);
}

function numbers(outcome: SyncOutcome): number[] {
  return outcome.documents.map((document) => Number(document.metadata['number'])).sort((a, b) => a - b);
}

describe('issues and pull requests', () => {
  it('reads all pages with comments, review comments, labels, state and licence', async () => {
    github.add(1, {
      body: '# Steps\n\n```sh\n# not a heading\n```',
      comments: [
        { id: 8, body: 'second' },
        { id: 7, body: '## first' },
        { id: 9, body: ' ' },
      ],
    });
    github.add(2, { isPull: true, comments: [{ id: 5, body: 'looks good', path: 'src/a.ts' }] });
    for (let number = 3; number <= 7; number++) github.add(number);
    const outcome = await sync();
    expect(numbers(outcome)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    const issue = outcome.documents.find((document) => document.metadata['number'] === 1);
    expect(issue).toMatchObject({
      uri: `${github.server.url}/o/r/issues/1`,
      title: 'Issue 1',
      category: 'issue',
      tags: ['bug'],
      licence: 'MIT',
      modifiedAt: timeOf(1),
      metadata: { state: 'open', author: 'ann', repository: 'o/r' },
    });
    expect(issue?.text).toBe(
      '# Issue 1 (#1)\n\nIssue by ann, 2024-01-01, open, labels: bug\n\n## Steps\n\n```sh\n# not a heading\n```\n\n' +
        '## Comment by ghost, 2024-01-01\n\n#### first\n\n## Comment by ghost, 2024-01-01\n\nsecond\n',
    );
    const pull = outcome.documents.find((document) => document.metadata['number'] === 2);
    expect(pull).toMatchObject({
      uri: `${github.server.url}/o/r/pull/2`,
      category: 'pull_request',
      metadata: { state: 'merged' },
    });
    expect(pull?.text).toContain(
      '## Review of src/a.ts:3 by ghost, 2024-01-01\n\n```diff\n@@ -1 +1 @@\n-old\n+new\n```\n\nlooks good',
    );
    expect(github.server.seen.every((request) => request.headers.authorization === 'token sekret-token')).toBe(true);
  });

  it('lists all comments at once when many issues have some, with the same result', async () => {
    for (let number = 1; number <= 25; number++)
      github.add(number, { comments: [{ id: number, body: `says ${number}` }] });
    github.pageSize = 100;
    const outcome = await sync();
    expect(outcome.documents).toHaveLength(25);
    for (const document of outcome.documents) expect(document.text).toContain(`says ${document.metadata['number']}\n`);
    expect(github.requests.filter((url) => url.includes('comments'))).toHaveLength(1);
  });

  it('gives the issues miner the titles of threads with what settled them', async () => {
    const template = 'It fails.\n\n### Possible fix\n\nI do not know of any that would not need a new release of it.';
    const fix = 'This was fixed in version 2.1: files are closed before they are renamed.';
    const said = (body: string) => ({
      comments: [
        { id: 1, body: 'Same here, it fails too.' },
        { id: 2, body },
      ],
    });
    github.add(1, { title: '[Bug]: Restore fails on Windows', state: 'closed', body: template, ...said(fix) });
    github.add(2, { title: 'Backups are slow over slow lines', ...said('You need to tell us which version you use.') });
    github.add(3, { title: 'Nobody knows what this is about', state: 'closed', ...said('Closing, no answer came.') });
    github.add(4, { title: 'A template is no answer to anything', state: 'closed', body: template });
    github.add(5, {
      title: 'Close files before they are renamed',
      isPull: true,
      body: '## Why\n\nWindows refuses to rename what is open, so it is closed first.',
      comments: [{ id: 3, body: 'looks good', path: 'src/a.ts' }],
    });
    const { documents } = await sync();
    const pairs = documents.flatMap((document) => MINER_TABLE.issues(document, MINING_BOUNDS));
    expect(pairs.map(({ anchor, positive }) => [anchor, positive]).sort()).toEqual([
      [
        'Close files before they are renamed',
        '### Why\n\nWindows refuses to rename what is open, so it is closed first.',
      ],
      ['Restore fails on Windows', fix],
    ]);
  });

  it('asks only for what changed since the last sync and keeps the rest', async () => {
    for (let number = 1; number <= 5; number++) github.add(number);
    const first = await sync();
    const known = remember(first);
    const before = github.requests.length;
    const quiet = await sync({}, { known, state: first.state });
    expect(quiet.documents).toEqual([]);
    expect(quiet.unchanged).toHaveLength(5);
    const listing = github.requests.slice(before).filter((url) => url.includes('/issues?'));
    expect(listing).toHaveLength(1);
    expect(listing[0]).toContain('since=2024-01-01T00%3A05%3A00Z');
    // The same question again: the server answers 304 and nothing is lost.
    const still = await sync({}, { known, state: quiet.state });
    expect(github.server.seen.at(-1)?.headers['if-none-match']).toBeTruthy();
    expect(still.unchanged).toHaveLength(5);
    github.add(2, { updated: 20, body: 'changed' });
    github.add(6, { updated: 21 });
    const later = await sync({}, { known, state: still.state });
    expect(numbers(later)).toEqual([2, 6]);
    expect(later.unchanged).toHaveLength(4);
    expect((later.state as { issues: { numbers: number[] } }).issues.numbers).toEqual([1, 2, 3, 4, 5, 6]);
    expect(numbers(await sync({}, { known, state: later.state, full: true }))).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('reads again what the store has lost', async () => {
    github.add(1);
    github.add(2);
    const first = await sync();
    const known = remember(first);
    known.delete(`${github.server.url}/o/r/issues/1`);
    expect(numbers(await sync({}, { known, state: first.state }))).toEqual([1]);
  });

  it('lets closed issues go when only open ones are wanted', async () => {
    github.add(1);
    const issue = github.add(2);
    const first = await sync({ issueState: 'open' });
    issue.state = 'closed';
    const second = await sync({ issueState: 'open' }, { known: remember(first), state: first.state });
    expect(second.unchanged).toEqual([`${github.server.url}/o/r/issues/1`]);
    expect(second.isComplete).toBe(true);
  });

  it('reads issues or pull requests alone, and not more than wanted', async () => {
    github.add(1);
    github.add(2, { isPull: true });
    github.add(3);
    github.add(4);
    expect(numbers(await sync({ pullRequests: false }))).toEqual([1, 3, 4]);
    expect(numbers(await sync({ issues: false }))).toEqual([2]);
    expect(numbers(await sync({ maxIssues: 2 }))).toEqual([3, 4]);
  });

  it('takes issues that are switched off for none', async () => {
    github.faults.push({ status: 410 });
    const outcome = await sync();
    expect(outcome.documents).toEqual([]);
    expect(outcome.isComplete).toBe(true);
  });
});

describe('failures', () => {
  it('tries again after server errors', async () => {
    github.add(1);
    github.faults.push({ status: 502 }, { status: 500 });
    expect(numbers(await sync())).toEqual([1]);
  });

  it('waits for a short rate limit', async () => {
    github.add(1);
    github.faults.push({
      status: 403,
      headers: { 'retry-after': '0' },
      body: { message: 'You have exceeded a secondary rate limit' },
    });
    github.faults.push({ status: 429, headers: { 'retry-after': '0' } });
    expect(numbers(await sync())).toEqual([1]);
  });

  it('says when a long rate limit ends', async () => {
    const reset = Math.floor(Date.now() / 1000) + 3600;
    github.faults.push({ status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) } });
    const failure = await sync().catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'GITHUB_RATE_LIMITED',
      hint: expect.stringMatching(/Sync again after 20\d\d-.*QUARRY_GITHUB_TOKEN/),
    });
  });

  it.each([
    [401, 'GITHUB_UNAUTHORIZED'],
    [403, 'GITHUB_UNAUTHORIZED'],
    [404, 'GITHUB_UNAUTHORIZED'],
    [422, 'FETCH_FAILED'],
  ])('turns status %i into %s, without the token', async (status, code) => {
    github.faults.push({ status });
    const failure = await sync().catch((error: unknown) => error);
    expect(failure).toMatchObject({ code, hint: expect.any(String) });
    expect(JSON.stringify(failure)).not.toContain('sekret');
  });

  it('refuses an answer that is no list, and a server that is not there', async () => {
    github.faults.push({ status: 200, body: { message: 'hello' } });
    await expect(sync()).rejects.toMatchObject({ code: 'FETCH_FAILED' });
    const url = github.server.url;
    await github.server.close();
    const adapter = createGithubAdapter({ cacheDirectory: folder, apiUrl: url, retryDelayMs: 1 });
    const spec = await adapter.resolve('o/r', { files: false, issues: true });
    await expect(collectSync(adapter, spec)).rejects.toMatchObject({ code: 'FETCH_FAILED' });
  });

  it('passes over items that are not issues', async () => {
    github.faults.push({
      status: 200,
      body: [
        { number: 'x' },
        null,
        7,
        { number: 9, title: 't', state: 'open', created_at: timeOf(1), updated_at: timeOf(1) },
      ],
    });
    expect(numbers(await sync())).toEqual([9]);
  });

  it('does not follow a page link to another server', async () => {
    github.faults.push({ status: 200, body: [], headers: { link: '<http://127.0.0.2:9/steal>; rel="next"' } });
    expect((await sync()).isComplete).toBe(true);
  });

  it('keeps the files and the old state when only the API fails', async () => {
    const repository = TestRepository.create(folder);
    await repository.put('a.md', '# a');
    repository.push();
    github.add(1);
    const first = await sync({ files: true, gitUrl: repository.bare });
    expect(first.documents.map((document) => document.title)).toEqual(['a', 'Issue 1']);
    github.faults.push({ status: 404 });
    const second = await sync({ files: true, gitUrl: repository.bare }, { known: remember(first), state: first.state });
    expect(second.unchanged).toHaveLength(1);
    expect(second.unreadable.map((item) => item.prefix)).toEqual([
      `${github.server.url}/o/r/issues/`,
      `${github.server.url}/o/r/pull/`,
    ]);
    expect(second.state).toEqual(first.state);
  });

  it('stops within a moment when cancelled while waiting', async () => {
    github.add(1);
    github.faults.push({ status: 429, headers: { 'retry-after': '50' } });
    const controller = new AbortController();
    const running = sync({}, { signal: controller.signal }, { maxWaitMs: 60_000 });
    await new Promise<void>((resolve) => {
      const look = setInterval(() => {
        if (!github.requests.some((url) => url.includes('/issues?'))) return;
        clearInterval(look);
        resolve();
      }, 5);
    });
    controller.abort();
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../src/core/types.js';
import type { Operation } from '../../../src/operations/define.js';
import { operations } from '../../../src/operations/index.js';
import type { Quarry } from '../../../src/quarry.js';
import {
  type Door,
  type Outcome,
  openCliDoor,
  openLibraryDoor,
  openMcpDoor,
  openMcpHttpDoor,
  openRestDoor,
} from '../../edges/doors.js';
import { finishJob, removeFolder } from '../../support/workspace.js';
import {
  HOSTILE_SPELLINGS,
  NO_PLACES,
  PLACE_FIELDS,
  PLACE_WORDS,
  PRIVATE_REMOTES,
  WRONG_KINDS,
} from './hostile-targets.js';
import { CANARY, everythingKept, type HostileTree, makeTree, openTreeWorkspace, photograph } from './tree.js';

const cwd = process.cwd();
let tree: HostileTree;
let ownersTree: HostileTree;
let quarry: Quarry;
let owners: Quarry;
const remote: Door[] = [];
const local: Door[] = [];

beforeAll(async () => {
  tree = await makeTree();
  ownersTree = await makeTree();
  process.chdir(tree.root);
  quarry = await openTreeWorkspace(tree);
  remote.push(await openRestDoor(quarry), await openMcpHttpDoor(quarry));
  owners = await openTreeWorkspace(ownersTree);
  local.push(await openMcpDoor(owners), openCliDoor(owners), openLibraryDoor(owners));
});

afterAll(async () => {
  process.chdir(cwd);
  for (const door of [...remote, ...local]) await door.close();
  for (const one of [quarry, owners]) await one.close();
  for (const { root, home } of [tree, ownersTree]) await Promise.all([removeFolder(root), removeFolder(home)]);
});

function operationOf(name: string): Operation {
  const found = operations.find((operation) => operation.name === name);
  if (found === undefined) throw new TypeError(`no operation ${name}`);
  return found;
}

interface Answer {
  readonly outcome: Outcome;
  /** Code of the refusal, or of the error that the started job ended with; undefined when all went well. */
  readonly code: string | undefined;
  /** Every word of the answer and of the job. */
  readonly words: string;
}

async function ask(door: Door, at: { quarry: Quarry; operation: string }, input: JsonObject): Promise<Answer> {
  const operation = operationOf(at.operation);
  const outcome = await door.call(operation, input);
  const words = door.heard();
  if ('code' in outcome) return { outcome, code: outcome.code, words };
  const id = outcome.output[operation.startsJob ?? ''] ?? outcome.output['id'];
  if (operation.startsJob === undefined || typeof id !== 'string') return { outcome, code: undefined, words };
  const job = await finishJob(at.quarry, id);
  return { outcome, code: job.error?.code, words: words + JSON.stringify(job) };
}

describe('the table is whole', () => {
  test('every field whose words sound like a place is in it, or said to name none', () => {
    const listed = new Set(PLACE_FIELDS.map(({ operation, field }) => `${operation}.${field}`));
    const sounding = operations.flatMap((operation) => {
      const fields = Object.entries((operation.inputSchema['properties'] ?? {}) as Record<string, JsonObject>); // As zod writes it.
      return fields
        .filter(([, schema]) => !('enum' in schema) && /"(?:string|object)"/.test(JSON.stringify(schema)))
        .filter(([key, schema]) => PLACE_WORDS.test(`${key} ${String(schema['description'])}`))
        .map(([key]) => `${operation.name}.${key}`);
    });
    const unknown = sounding.filter((name) => !listed.has(name) && !Object.hasOwn(NO_PLACES, name));
    expect(unknown).toEqual([]);
    for (const name of listed) expect(sounding).toContain(name);
  });

  test('every operation that may replace something takes overwrite and confirm, in the same words', () => {
    const writing = PLACE_FIELDS.filter(
      ({ access, replacesNothing }) => access === 'write' && replacesNothing !== true,
    );
    const words = writing.map(({ operation }) => {
      const fields = operationOf(operation).inputSchema['properties'] as Record<string, JsonObject>; // As zod writes it.
      return [fields['overwrite']?.['description'], fields['confirm']?.['description']];
    });
    expect(new Set(words.map((pair) => JSON.stringify(pair))).size).toBe(1);
    expect(words[0]?.every((word) => typeof word === 'string')).toBe(true);
  });
});

describe('over HTTP', () => {
  const reads = PLACE_FIELDS.filter(({ access }) => access === 'read');
  const writes = PLACE_FIELDS.filter(({ access }) => access === 'write');

  test.each(reads)('$operation $field reads nothing outside of the roots, whatever the spelling', async (field) => {
    for (const [what, spell] of HOSTILE_SPELLINGS) {
      for (const door of remote) {
        const here = await ask(door, { quarry, ...field }, field.input(spell(tree, field.prey)));
        expect([what, door.name, here.code]).toEqual([what, door.name, expect.any(String)]);
        expect(here.words).not.toContain(CANARY);
        // Whether there is something makes no difference to what is said.
        const gone = await ask(door, { quarry, ...field }, field.input(spell(tree, 'nothing')));
        expect([what, door.name, gone.code]).toEqual([what, door.name, here.code]);
      }
    }
  });

  test.each(writes)('$operation $field writes nothing outside of the export roots', async (field) => {
    const before = await photograph(tree.root, [join(tree.root, 'exports')]);
    for (const [what, spell] of HOSTILE_SPELLINGS) {
      // What a relative path gives is made in the exports, once is enough; the baseline is read elsewhere.
      if (/relative/.test(what)) continue;
      for (const door of remote) {
        for (const wish of [{}, { overwrite: true, confirm: true }]) {
          const { words } = await ask(door, { quarry, ...field }, { ...field.input(spell(tree, field.prey)), ...wish });
          expect(words).not.toContain(CANARY);
        }
      }
    }
    for (const target of ['dangling', 'dangling/x', 'link/x', '.', '', '..', 'taken/../..']) {
      const { code } = await ask(remote[0] as Door, { quarry, ...field }, field.input(target)); // Opened above.
      expect([target, code]).toEqual([target, expect.stringMatching(/^(?:PATH_UNREADABLE|INPUT_INVALID)$/)]);
    }
    expect(await photograph(tree.root, [join(tree.root, 'exports')])).toEqual(before);
  });

  test('relative paths start at the export root, the full path is told, and nothing is replaced unasked', async () => {
    const [rest, mcp] = remote as [Door, Door]; // Opened above.
    const at = { quarry, operation: 'benchmark_export' };
    const target = { output: 'reports/a.html' };
    const first = await ask(rest, at, target);
    expect(first.outcome).toMatchObject({ output: { file: join(tree.root, 'exports/reports/a.html') } });
    await writeFile(join(tree.root, 'exports/reports/a.html'), 'mine');
    const unasked = await ask(mcp, at, target);
    expect(unasked.code).toBe('ALREADY_EXISTS');
    expect(unasked.words).toMatch(/overwrite and confirm/);
    const half = await ask(mcp, at, { ...target, overwrite: true });
    expect(half.code).toBe('CONFIRMATION_REQUIRED');
    expect(half.words).toMatch(/overwrite and confirm/);
    expect((await ask(rest, at, { ...target, confirm: true })).code).toBe('ALREADY_EXISTS');
    expect(await readFile(join(tree.root, 'exports/reports/a.html'), 'utf8')).toBe('mine');
    expect((await ask(mcp, at, { ...target, overwrite: true, confirm: true })).code).toBeUndefined();
    expect(await readFile(join(tree.root, 'exports/reports/a.html'), 'utf8')).toContain('<html');
  });

  test.each([
    ['a .git file', async (at: string) => writeFile(join(at, '.git'), `gitdir: ${tree.root}/outside/repo.git\n`)],
    ['a linked .git', async (at: string) => symlink('../../outside/repo.git', join(at, '.git'))],
    [
      'a borrowed object store',
      async (at: string) => {
        execFileSync('git', ['init', '-q', '-b', 'main', at]);
        await writeFile(join(at, '.git/objects/info/alternates'), `${tree.root}/outside/repo.git/objects\n`);
      },
    ],
    [
      'a shared directory elsewhere',
      async (at: string) => {
        execFileSync('git', ['init', '-q', '-b', 'main', at]);
        await writeFile(join(at, '.git/commondir'), `${tree.root}/outside/repo.git\n`);
      },
    ],
    [
      'linked refs',
      async (at: string) => {
        execFileSync('git', ['init', '-q', '-b', 'main', at]);
        await symlink(`${tree.root}/outside/repo.git/refs/heads/main`, join(at, '.git/refs/heads/main'));
      },
    ],
  ])('a repository inside with %s that leads out is refused', async (what, prepare) => {
    const folder = join(tree.root, 'allowed', what.replaceAll(' ', '-'));
    await mkdir(folder);
    await prepare(folder);
    for (const door of remote) {
      for (const input of [
        { target: folder, kind: 'github' },
        { target: `file://${folder}`, kind: 'github' },
        { target: 'owner/repo', options: { gitUrl: folder } },
      ]) {
        const { code, words } = await ask(door, { quarry, operation: 'ingest' }, input);
        expect(code).toBe('PATH_UNREADABLE');
        expect(words).not.toContain(CANARY);
      }
    }
  });

  test('a suite and a benchmark folder with links in them that lead out are refused', async () => {
    const folder = join(tree.root, 'allowed', 'half-suite');
    await mkdir(join(folder, 'qrels'), { recursive: true });
    for (const name of ['corpus.jsonl', 'queries.jsonl', 'qrels/test.tsv'])
      await symlink(join(tree.root, 'outside', 'suite', name), join(folder, name));
    for (const door of remote) {
      const answers = [
        await ask(door, { quarry, operation: 'benchmark_run' }, { suite: folder }),
        await ask(door, { quarry, operation: 'benchmark_export_suite' }, { suite: folder, folder: 'half' }),
        await ask(door, { quarry, operation: 'dataset_import' }, { name: 'stolen', path: folder }),
      ];
      expect(answers.map(({ code }) => code)).toEqual(Array(3).fill('PATH_UNREADABLE'));
    }
  });

  test.each(WRONG_KINDS)('kind %s is refused for %s', async (kind, target) => {
    for (const door of remote) {
      const { code, words } = await ask(door, { quarry, operation: 'ingest' }, { kind, target });
      expect(code).toBe('INPUT_INVALID');
      expect(words).toMatch(/hint|Give|Leave/);
    }
  });

  test('what only the adapter finds out cannot be given', async () => {
    const at = { quarry, operation: 'ingest' };
    for (const options of [
      { root: '/etc' },
      { glob: '*' },
      { owner: 'x' },
      { repository: 'x' },
      { webUrl: 'http://x' },
    ]) {
      const [target, kind] =
        'root' in options || 'glob' in options ? ['allowed/docs', 'files'] : ['owner/repo', 'github'];
      for (const door of remote) expect((await ask(door, at, { target, kind, options })).code).toBe('INPUT_INVALID');
    }
  });

  describe('private networks', () => {
    let server: Server;
    let connections = 0;
    let port = 0;
    beforeAll(async () => {
      server = createServer((socket) => {
        connections += 1;
        socket.destroy();
      });
      await new Promise<void>((resolve) => server.listen(0, resolve));
      port = (server.address() as { port: number }).port; // It listens on a port.
    });
    afterAll(() => new Promise<void>((resolve) => void server.close(() => resolve())));

    test('are asked by no git remote, however it is spelt and wherever the server listens', async () => {
      expect(quarry.config.host).toBe('127.0.0.1');
      for (const spell of PRIVATE_REMOTES) {
        for (const door of remote) {
          for (const input of [
            { target: spell(port), kind: 'github' },
            { target: 'owner/repo', options: { gitUrl: spell(port) } },
          ]) {
            const { code } = await ask(door, { quarry, operation: 'ingest' }, input);
            expect([spell(port), code]).toEqual([spell(port), 'URL_BLOCKED']);
          }
        }
      }
      expect(connections).toBe(0);
    });

    test('are asked for callers on this machine', async () => {
      const before = connections;
      for (const door of local) {
        const input = { target: `http://127.0.0.1:${port}/repo.git`, kind: 'github' };
        expect((await ask(door, { quarry: owners, operation: 'ingest' }, input)).code).not.toBe('URL_BLOCKED');
      }
      expect(connections).toBeGreaterThan(before);
    });
  });

  test('nothing of what lies outside was kept, told or written', async () => {
    expect(await everythingKept(quarry)).not.toContain(CANARY);
    expect(await everythingKept(quarry)).not.toContain('stolen');
    for (const name of await readdir(join(tree.root, 'exports'), { recursive: true })) {
      if (name.startsWith('link')) continue;
      expect(name).not.toContain(CANARY);
    }
  });
});

describe('on this machine', () => {
  test.each(PLACE_FIELDS.filter(({ access }) => access === 'read'))(
    '$operation $field reads what any program could',
    async (field) => {
      for (const door of local) {
        const place = join(ownersTree.root, 'outside', field.prey);
        const { code } = await ask(door, { quarry: owners, ...field }, field.input(place));
        expect([door.name, code]).not.toEqual([door.name, 'PATH_UNREADABLE']);
      }
    },
  );

  test('the prey of the table is real: it is read there', async () => {
    const docs = join(ownersTree.root, 'outside', 'docs');
    const answer = await ask(local[1] as Door, { quarry: owners, operation: 'ingest' }, { target: docs }); // Opened above.
    expect(answer.code).toBeUndefined();
    expect(await everythingKept(owners)).toContain(CANARY);
  });

  test('a report is written anywhere, and replaced only when that is asked for twice', async () => {
    for (const door of local) {
      const output = join(ownersTree.root, 'outside', `${door.name}.html`);
      const at = { quarry: owners, operation: 'benchmark_export' };
      expect((await ask(door, at, { output })).outcome).toMatchObject({ output: { file: output } });
      expect((await ask(door, at, { output })).code).toBe('ALREADY_EXISTS');
      expect((await ask(door, at, { output, overwrite: true })).code).toBe('CONFIRMATION_REQUIRED');
      expect((await ask(door, at, { output, overwrite: true, confirm: true })).code).toBeUndefined();
    }
  });
});

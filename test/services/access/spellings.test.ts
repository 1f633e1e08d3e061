import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { operations } from '../../../src/operations/index.js';
import type { Quarry } from '../../../src/quarry.js';
import { type Door, openMcpHttpDoor, openRestDoor } from '../../edges/doors.js';
import { finishJob, removeFolder } from '../../support/workspace.js';
import { PLACE_FIELDS, type PlaceField } from './hostile-targets.js';
import { CANARY, everythingKept, type HostileTree, makeTree, openTreeWorkspace, photograph } from './tree.js';

const cwd = process.cwd();
let tree: HostileTree;
let quarry: Quarry;
let doors: Door[];

beforeAll(async () => {
  tree = await makeTree();
  process.chdir(tree.root);
  quarry = await openTreeWorkspace(tree);
  doors = [await openRestDoor(quarry), await openMcpHttpDoor(quarry)];
});

afterAll(async () => {
  process.chdir(cwd);
  for (const door of doors) await door.close();
  await quarry.close();
  await Promise.all([removeFolder(tree.root), removeFolder(tree.home)]);
});

/** A walk through folders as one would type it, which ends at `outside` or in a root. */
const walk = fc
  .array(fc.constantFrom('.', '..', '', 'allowed', 'exports', 'link', 'chain', 'nothing', 'allowed/docs/..'), {
    maxLength: 5,
  })
  .map((parts) => parts.join('/'));

const prefix = fc.constantFrom(
  '',
  'file://',
  'FiLe://',
  'file://localhost',
  'file:',
  'git+file://',
  'git+',
  'https://127.0.0.1:1/..',
  'hTTp://127.0.0.1:1/../..',
  'ssh://127.0.0.1:1/..',
  'git@127.0.0.1:',
  'ext::',
  ' ',
  '\t',
  '~/..',
  '\\',
  './',
);

const suffix = fc.constantFrom('', '/', '/.', '/**', '/*', ' ', '#main', '@main', ':docs', '?x', '%00', '\0', '\n');

/** Writes some characters as percent signs and numbers, in either case. */
const encode = (text: string, seed: number): string =>
  [...text]
    .map((char, at) => {
      if ((seed * 31 + at * 17) % 5 !== 0 || char > '~') return char;
      const code = char.charCodeAt(0).toString(16).padStart(2, '0');
      return `%${seed % 2 === 0 ? code.toUpperCase() : code}`;
    })
    .join('');

interface Attempt {
  readonly field: PlaceField;
  readonly place: string;
  readonly kind: string;
  readonly door: number;
  /** Where a link inside of a root is put, and what it leads to. */
  readonly link: { readonly name: string; readonly target: string };
  readonly wish: boolean;
}

const attempt: fc.Arbitrary<Attempt> = fc
  .record({
    field: fc.constantFrom(
      ...PLACE_FIELDS.filter(({ operation, access }) => operation !== 'benchmark_gate' || access === 'read'),
    ),
    start: fc.constantFrom('root', 'relative', 'fresh'),
    prefix,
    walk,
    suffix,
    seed: fc.option(fc.nat(999), { nil: undefined }),
    kind: fc.constantFrom('', '', 'files', 'github', 'web'),
    door: fc.nat(1),
    link: fc.record({
      name: fc.constantFrom('allowed/fresh', 'exports/fresh', 'allowed/docs/fresh', 'exports/taken/fresh'),
      target: fc.constantFrom('outside', 'outside/docs', 'allowed/link', 'allowed/../outside', 'outside/nothing', '.'),
    }),
    wish: fc.boolean(),
  })
  .map(({ start, prefix: before, walk: middle, suffix: after, seed, ...rest }) => {
    const { prey } = rest.field;
    const base = { root: `${ROOT}/`, relative: '', fresh: `${ROOT}/${rest.link.name}/` }[start] ?? '';
    const path = `${base}${middle}${middle === '' ? '' : '/'}${start === 'fresh' ? prey : `outside/${prey}`}`;
    const place = `${before}${seed === undefined ? path : encode(path, seed)}${after}`;
    return { ...rest, place };
  });

/** Stands for the folder of the tree, which is made later. */
const ROOT = '\u{E000}';

async function tryOne({ field, place, kind, door: at, link, wish }: Attempt): Promise<string> {
  const operation = operations.find(({ name }) => name === field.operation);
  const door = doors[at];
  if (operation === undefined || door === undefined) throw new TypeError('no such operation or door');
  const given = place.replaceAll(ROOT, tree.root);
  const from = join(tree.root, link.name);
  await symlink(join(tree.root, link.target), from);
  try {
    const input = {
      ...field.input(given),
      ...(field.operation === 'ingest' && kind !== '' ? { kind } : {}),
      ...(field.access === 'write' && wish ? { overwrite: true, confirm: true } : {}),
    };
    const outcome = await door.call(operation, input);
    const words = door.heard();
    const id = 'output' in outcome ? outcome.output[operation.startsJob ?? ''] : undefined;
    return typeof id === 'string' ? words + JSON.stringify(await finishJob(quarry, id)) : words;
  } finally {
    await rm(from, { force: true });
  }
}

test('no spelling reads or writes anything outside of the roots', async () => {
  await mkdir(join(tree.root, 'exports', 'taken'), { recursive: true });
  const before = await photograph(tree.root, [join(tree.root, 'exports')]);
  await fc.assert(
    fc.asyncProperty(attempt, async (one) => {
      expect(await tryOne(one)).not.toContain(CANARY);
    }),
    { numRuns: 300, seed: 7411, endOnFailure: true },
  );
  expect(await photograph(tree.root, [join(tree.root, 'exports')])).toEqual(before);
  expect(await everythingKept(quarry)).not.toContain(CANARY);
  for (const [name, content] of Object.entries(await photograph(join(tree.root, 'exports'))))
    expect(name + content).not.toContain(CANARY);
}, 300_000);

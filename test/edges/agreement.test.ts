import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../src/core/types.js';
import type { Operation } from '../../src/operations/define.js';
import { operations } from '../../src/operations/index.js';
import type { Quarry } from '../../src/quarry.js';
import { finishJob, ingestAndWait, openTestWorkspace, removeFolder, temporaryFolder } from '../support/workspace.js';
import { type Door, type Outcome, openCliDoor, openMcpDoor, openRestDoor } from './doors.js';

interface Place {
  readonly quarry: Quarry;
  readonly home: string;
  readonly door: Door;
}

const root = process.cwd();
let folder: string;
const places: Place[] = [];
/** Calls that were compared, by door and outcome. */
const tally = new Map<string, number>();

/** Three workspaces that hold the same, each behind a door of its own, so that writes can be compared too. */
beforeAll(async () => {
  folder = await temporaryFolder();
  process.chdir(folder);
  await mkdir(join(folder, 'docs'));
  await writeFile(
    join(folder, 'docs', 'one.md'),
    '# One\n\nA passage is cited by its place.\n\n## Two\n\nAnd by its hash.\n',
  );
  await writeFile(join(folder, 'docs', 'two.ts'), 'export function getUserName(): string {\n  return "x";\n}\n');
  for (const open of [openMcpDoor, openRestDoor, async (quarry: Quarry) => openCliDoor(quarry)]) {
    const home = await temporaryFolder();
    // Relative paths then start at the same folder at every door.
    const quarry = await openTestWorkspace(home, {
      allowedRoots: ['/'],
      exportRoots: [folder, '/'],
      toolsets: ['all'],
    });
    await ingestAndWait(quarry, join(folder, 'docs'));
    await quarry.execute('note_create', {
      id: 'example',
      title: 'Example',
      text: 'A note for the examples.',
      tags: ['example'],
    });
    places.push({ quarry, home, door: await open(quarry) });
  }
});

afterAll(async () => {
  process.chdir(root);
  for (const { quarry, home, door } of places) {
    await door.close();
    await quarry.close();
    await removeFolder(home);
  }
  await removeFolder(folder);
});

/** What differs by nature: moments, random ids, sizes on disk, folders. */
function normalise(outcome: Outcome, place: Place): Outcome {
  const volatile = new Set(['bytesOnDisk', 'rate', 'secondsLeft', 'owner', 'findings', 'unindexedRows']);
  const text = JSON.stringify(outcome, (key, value: unknown) =>
    volatile.has(key) || key.endsWith('Ms') ? undefined : value,
  );
  return JSON.parse(
    text
      .replaceAll(place.home, 'HOME')
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, 'TIME')
      .replace(/job_[0-9a-f]{20}/g, 'JOB')
      .replace(/(run|train)_[0-9a-f]{16}/g, '$1')
      .replace(/quarry_[0-9a-f]{16}_[\w-]{43}/g, 'KEY')
      .replace(/key_[0-9a-f]{16}/g, 'KEY_ID')
      .replace(/ws_[0-9a-f]{16}/g, 'WORKSPACE_ID'),
  );
}

async function compare(operation: Operation, input: JsonObject): Promise<void> {
  const able = places.filter(({ door }) => door.canExpress(operation, input));
  // A write that not every door can express would leave the workspaces different.
  if (able.length < places.length && operation.effect !== 'read') return;
  const outcomes = await Promise.all(
    able.map(async (place) => {
      const outcome = await place.door.call(operation, input);
      return [place.door.name, await settle(operation, outcome, place)] as const;
    }),
  );
  const [first] = outcomes;
  for (const [name, outcome] of outcomes) {
    const kind = `${name} ${'code' in outcome ? 'refused' : 'answered'}`;
    tally.set(kind, (tally.get(kind) ?? 0) + 1);
    // What a caller must reckon with is written down; a fault inside never is.
    if ('code' in outcome)
      expect([operation.name, input, operation.errors]).toEqual([
        operation.name,
        input,
        expect.arrayContaining([outcome.code]),
      ]);
    expect({ operation: operation.name, input, outcome: { [name]: outcome } }).toEqual({
      operation: operation.name,
      input,
      outcome: { [name]: first?.[1] },
    });
  }
}

/** Waits for a started job, because the command line does; its own form of the answer then tells no more than that it started. */
async function settle(operation: Operation, outcome: Outcome, place: Place): Promise<Outcome> {
  // All doors write into the same folder, so only the first finds nothing there.
  const isThere = 'code' in outcome && outcome.code === 'ALREADY_EXISTS';
  if (['audit_export', 'workspace_export'].includes(operation.name) && ('output' in outcome || isThere))
    return { output: { there: true } };
  // Which calls are recorded depends on the door.
  if (operation.name.startsWith('audit_') && 'output' in outcome) return { output: { answered: true } };
  if (operation.startsJob === undefined || !('output' in outcome)) return normalise(outcome, place);
  const id = outcome.output[operation.startsJob];
  if (typeof id === 'string') await finishJob(place.quarry, id);
  return { output: { started: true } };
}

const WORDS = [
  'example',
  'note:example',
  'default',
  'no-such',
  'doc_unknown',
  'src_unknown',
  'job_unknown',
  'accessibility',
  'a,b',
  '-x',
  "it's",
  '%',
  '*',
];

/** Inputs that name a place on the disk or in the network. */
const PATH_KEYS = new Set(['target', 'output', 'run', 'qrels', 'baseline', 'suite', 'path', 'file', 'folder']);

/** Mostly fitting values, sometimes anything. */
function valueFor(key: string, schema: JsonObject): fc.Arbitrary<JsonValue> {
  const { type, enum: values, items, minimum, maximum } = schema;
  if (key === 'waitSeconds') return fc.constantFrom(0, 'x', -1);
  // What a short budget ends depends on the machine.
  if (key === 'budgetMinutes') return fc.constantFrom(240, 'x', -1);
  // Anything that may be written or fetched stays in the test's own folder.
  if (PATH_KEYS.has(key)) {
    return fc.constantFrom(join(folder, 'docs'), join(folder, 'none'), join(folder, 'out.json'), './no-such', '');
  }
  if (key === 'kind') return fc.constantFrom('files', 'text', 'nothing');
  const odd: fc.Arbitrary<JsonValue> = fc.constantFrom<JsonValue>(
    '',
    5,
    -1,
    true,
    [],
    ['x'],
    { a: 1 },
    'x\u0000y',
    '\ud800',
    `' OR 1=1 --`,
    '%_\\',
    '__proto__',
    'x'.repeat(2_500),
    '\u{1F33F}',
  );
  const fitting = (): fc.Arbitrary<JsonValue> => {
    if (Array.isArray(values)) return fc.constantFrom(...values, 'other');
    if (type === 'string') return fc.oneof(fc.constantFrom(...WORDS), fc.string({ maxLength: 12 }));
    if (type === 'boolean') return fc.boolean();
    if (type === 'integer')
      return fc.integer({
        min: Number(minimum ?? 0) - 1,
        max: Math.min(Number(maximum ?? 50), Number(minimum ?? 0) + 50) + 1,
      });
    if (type === 'number') return fc.double({ min: -0.5, max: 1.5, noNaN: true });
    if (type === 'object')
      return fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom<JsonValue>('x', 1, true), { maxKeys: 2 });
    if (type === 'array') return fc.array(valueFor('', (items ?? {}) as JsonObject), { maxLength: 3 }); // Items are schemas.
    return fc.constantFrom<JsonValue>('x', 1, null);
  };
  return fc.oneof({ arbitrary: fitting(), weight: 6 }, { arbitrary: odd, weight: 1 });
}

function inputFor(operation: Operation): fc.Arbitrary<JsonObject> {
  const properties = Object.entries((operation.inputSchema['properties'] ?? {}) as Record<string, JsonObject>); // As zod writes it.
  const fields = Object.fromEntries(properties.map(([key, schema]) => [key, valueFor(key, schema)]));
  const some = fc.subarray(
    properties.map(([key]) => key),
    { maxLength: Math.min(5, properties.length) },
  );
  const required = (operation.inputSchema['required'] ?? []) as string[]; // As zod writes it.
  return fc.tuple(fc.record(fields), some, fc.nat(9)).map(([all, keys, odds]) => {
    const kept = new Set(odds === 0 ? keys : [...keys, ...required]);
    const input = Object.entries(all).filter(([key]) => kept.has(key));
    return Object.fromEntries(odds === 1 ? [...input, ['unheard', 'of']] : input);
  });
}

test.each(operations.map((operation) => [operation.name, operation] as const))(
  '%s: its examples come to the same at every door',
  async (_name, operation) => {
    for (const example of operation.examples) await compare(operation, example);
  },
);

test.each(operations.map((operation) => [operation.name, operation] as const))(
  '%s: random input comes to the same at every door',
  async (_name, operation) => {
    const numRuns = operation.effect === 'read' ? 25 : 12;
    await fc.assert(
      fc.asyncProperty(inputFor(operation), (input) => compare(operation, input)),
      // No shrinking: writes have changed the workspaces by then.
      { numRuns, seed: 7411, endOnFailure: true },
    );
  },
);

test('every door was compared often, in answers and in refusals', () => {
  for (const name of ['mcp', 'rest', 'cli']) {
    expect(tally.get(`${name} answered`)).toBeGreaterThan(50);
    expect(tally.get(`${name} refused`)).toBeGreaterThan(50);
  }
});

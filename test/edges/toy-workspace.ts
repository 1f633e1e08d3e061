import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { loadConfig } from '../../src/config/load.js';
import { QuarryError, throwIfCancelled } from '../../src/core/errors.js';
import type { KnowledgeStore } from '../../src/core/ports.js';
import { defineOperation, type Operation } from '../../src/operations/define.js';
import type { ServiceContext } from '../../src/services/context.js';
import { createServices, type Services } from '../../src/services/services.js';

const common = { idempotent: true, openWorld: false, toolset: 'knowledge', errors: ['INPUT_INVALID'] } as const;

/** Gives back what it was given. */
const echo = defineOperation({
  ...common,
  name: 'echo',
  summary: 'Echo a text',
  description: 'Gives back its input.',
  effect: 'read',
  http: { method: 'GET', path: '/echo' },
  cli: { command: ['echo'], positional: ['text'] },
  input: z.strictObject({
    text: z.string().min(1).max(1000).describe('Any text.'),
    times: z.number().int().min(1).max(1_000_000).default(1).describe('How often.'),
    tags: z.array(z.string()).max(10).optional().describe('Any words.'),
    loud: z.boolean().default(false).describe('Whether to shout.'),
    metadata: z.record(z.string(), z.json()).optional().describe('Anything.'),
  }),
  output: z.object({ text: z.string(), tags: z.array(z.string()), metadata: z.record(z.string(), z.unknown()) }),
  examples: [{ text: 'hello' }],
  async run(_context, { text, times, tags, loud, metadata }) {
    const repeated = text.repeat(times);
    return { text: loud ? repeated.toUpperCase() : repeated, tags: tags ?? [], metadata: metadata ?? {} };
  },
  render: ({ text }) => text,
});

const Shelf = z.object({ id: z.string(), label: z.string() });

const shelfCreate = defineOperation({
  ...common,
  name: 'shelf_create',
  summary: 'Create a shelf',
  description: 'Creates a shelf.',
  effect: 'write',
  idempotent: false,
  openWorld: true,
  toolset: 'notes',
  http: { method: 'POST', path: '/shelves', status: 201 },
  cli: { command: ['shelf', 'create'], positional: ['label'] },
  input: z.strictObject({ label: z.string().min(1).describe('Its name.') }),
  output: Shelf,
  examples: [{ label: 'a' }],
  run: async (_context, { label }) => ({ id: 'shelf_1', label }),
  render: ({ id }) => id,
});

const shelfGet = defineOperation({
  ...common,
  name: 'shelf_get',
  summary: 'Get a shelf',
  description: 'Gets a shelf.',
  effect: 'read',
  http: { method: 'GET', path: '/shelves/:id' },
  cli: { command: ['shelf', 'get'], positional: ['id'] },
  input: z.strictObject({ id: z.string().min(1).describe('Its id.') }),
  output: Shelf,
  errors: ['INPUT_INVALID', 'STORE_LOCKED'],
  examples: [{ id: 'a' }],
  async run(_context, { id }) {
    if (id === 'locked') throw new QuarryError('STORE_LOCKED', 'The store is locked.');
    return { id, label: 'by id' };
  },
  render: ({ id, label }) => `${id} ${label}`,
});

const shelfStats = defineOperation({
  ...common,
  name: 'shelf_stats',
  summary: 'Count the shelves',
  description: 'Counts the shelves.',
  effect: 'read',
  http: { method: 'GET', path: '/shelves/stats' },
  cli: { command: ['shelf', 'stats'] },
  input: z.strictObject({}),
  output: z.object({ count: z.number() }),
  examples: [{}],
  run: async () => ({ count: 7 }),
  render: ({ count }) => String(count),
});

const shelfDelete = defineOperation({
  ...common,
  name: 'shelf_delete',
  summary: 'Delete a shelf',
  description: 'Deletes a shelf.',
  effect: 'destroy',
  toolset: 'notes',
  http: { method: 'DELETE', path: '/shelves/:id' },
  cli: { command: ['shelf', 'delete'], positional: ['id'] },
  input: z.strictObject({ id: z.string().min(1).describe('Its id.') }),
  output: z.object({ deleted: z.boolean() }),
  examples: [{ id: 'a' }],
  run: async () => ({ deleted: true }),
  render: () => 'deleted',
});

/** Breaks as a foreign library would. */
const boom = defineOperation({
  ...common,
  name: 'boom',
  summary: 'Break inside',
  description: 'Breaks.',
  effect: 'read',
  http: { method: 'POST', path: '/boom' },
  cli: { command: ['boom'] },
  input: z.strictObject({}),
  output: z.object({}),
  examples: [{}],
  run: () => Promise.reject(new TypeError('secret path /home/someone/.quarry\n    at native.rs:12')),
  render: () => '',
});

/** What the test hears of a running `wait`. */
export interface WaitState {
  started: number;
  cancelled: number;
}

/** Works until it is cancelled or has made its steps. */
function createWait(state: WaitState): Operation {
  return defineOperation({
    ...common,
    name: 'wait',
    summary: 'Wait a while',
    description: 'Waits.',
    effect: 'read',
    http: { method: 'POST', path: '/wait' },
    cli: { command: ['wait'] },
    input: z.strictObject({ steps: z.number().int().min(1).max(10_000).describe('How many steps.') }),
    output: z.object({ steps: z.number() }),
    examples: [{ steps: 1 }],
    async run({ signal, report }, { steps }) {
      state.started += 1;
      signal.addEventListener('abort', () => {
        state.cancelled += 1;
      });
      for (let done = 1; done <= steps; done++) {
        throwIfCancelled(signal);
        report({ stage: done <= steps / 2 ? 'first' : 'second', done, total: steps });
        await sleep(2);
      }
      return { steps };
    },
    render: ({ steps }) => String(steps),
  });
}

/** Operations that know no store, for testing what the edges do around them. */
export function toyOperations(state: WaitState = { started: 0, cancelled: 0 }): readonly Operation[] {
  return [echo, shelfGet, shelfCreate, shelfStats, shelfDelete, boom, createWait(state)];
}

/** Real services over a store that holds nothing. */
export function emptyServices(): Services {
  const nothing: Partial<KnowledgeStore> = {
    listCollections: async () => [],
    getCollection: async () => undefined,
    listLost: async () => [],
  };
  const context: Partial<ServiceContext> = {
    config: loadConfig({ audit: 'off' }, {}),
    clock: { now: () => new Date().toISOString(), elapsedMs: () => performance.now() },
    store: nothing as KnowledgeStore, // What else is called would be a fault of the edges, and fails.
    homeRights: {
      examine: async () => ({ folders: 0, files: 0 }),
      tighten: async () => ({ folders: 0, files: 0 }),
      tightenNew: async () => undefined,
    },
    chunker: { id: 'none', chunk: async () => [] },
    folder: '/',
    owner: 'test',
    fateOf: () => 'alive',
    moment: () => ({ machine: 'here', ms: performance.now() }),
    embedder: () => Promise.reject(new QuarryError('MODEL_UNAVAILABLE', 'No model here.')),
    reranker: () => Promise.reject(new QuarryError('MODEL_UNAVAILABLE', 'No model here.')),
    adapter: () => Promise.reject(new QuarryError('INPUT_INVALID', 'No adapter here.')),
    log: () => undefined,
  };
  return createServices(context as ServiceContext); // What is left out belongs to rooms that the edges never enter.
}

import { z } from 'zod';
import type { LearnedPart, Specialist } from '../../core/specialists/specialist.js';
import { SPECIALIST_STATUSES } from '../../core/specialists/specialist.js';
import { settingsFields } from '../specialist-fields.js';

const plainCollection = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, '1 to 64 letters, digits, dashes or underscores');

const words = z.array(z.string().min(1).max(200)).max(50);

/** Input: the collections that a specialist may read. */
export const readableCollections = z.array(plainCollection).min(1).max(50).describe('Collections that it may read.');

/** Inputs that say what a specialist is, each of which may be left out. */
export const specialistFields = {
  description: z.string().max(2000).optional().describe('What it is an expert for, in a sentence or two.'),
  instructions: z
    .string()
    .max(4000)
    .optional()
    .describe('What an agent that uses it should know or do; told with the first page of its searches.'),
  categories: words.optional().describe('Kinds of task or knowledge that it is for.'),
  suites: z
    .array(z.string().min(1).max(2000))
    .max(20)
    .optional()
    .describe('Suites by which it is judged, by name or folder; test data, never knowledge.'),
  ...settingsFields,
};

const learnedPartShape = z.object({ run: z.string(), version: z.number(), promotedAt: z.string() }).nullable();

const forceShape = z.object({
  /** What differs from the settings of every search. */
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  learned: z.object({ settings: learnedPartShape, adapter: learnedPartShape }),
});

/** Output: a specialist. */
export const specialistShape = forceShape.extend({
  name: z.string(),
  description: z.string(),
  collections: z.array(z.string()),
  instructions: z.string(),
  categories: z.array(z.string()),
  suites: z.array(z.string()),
  status: z.enum(SPECIALIST_STATUSES),
  revision: z.number(),
  /** What was in force before, newest first. */
  past: z.array(forceShape.extend({ revision: z.number(), until: z.string() })),
  createdAt: z.string(),
  updatedAt: z.string(),
});

/** A specialist as it leaves an operation. */
export type SpecialistOutput = z.output<typeof specialistShape>;

/** A specialist in the shape of {@link specialistShape}. */
export function toSpecialistShape(specialist: Specialist): SpecialistOutput {
  const { name, description, instructions, status, revision, createdAt, updatedAt } = specialist;
  return {
    name,
    description,
    instructions,
    status,
    revision,
    createdAt,
    updatedAt,
    collections: [...specialist.collections],
    categories: [...specialist.categories],
    suites: [...specialist.suites],
    ...toForceShape(specialist),
    past: specialist.past.map((past) => ({ ...toForceShape(past), revision: past.revision, until: past.until })),
  };
}

function toForceShape({ settings, learned }: Pick<Specialist, 'settings' | 'learned'>): z.output<typeof forceShape> {
  return { settings: { ...settings }, learned: { settings: part(learned.settings), adapter: part(learned.adapter) } };
}

function part(learned: LearnedPart | undefined): z.output<typeof learnedPartShape> {
  return learned === undefined ? null : { ...learned };
}

/** Settings and learned parts in one line. */
export function forceText({ settings, learned }: z.output<typeof forceShape>): string {
  const own = Object.entries(settings).map(([key, value]) => `${key} ${value}`);
  const from =
    learned.settings === null ? '' : ` (learned by ${learned.settings.run}, version ${learned.settings.version})`;
  const adapter =
    learned.adapter === null ? 'no adapter' : `query adapter ${learned.adapter.version} of ${learned.adapter.run}`;
  return `${own.length === 0 ? 'usual settings' : own.join(', ')}${from}; ${adapter}`;
}

/** A specialist for people. */
export function renderSpecialist(specialist: SpecialistOutput): string {
  const { name, description, collections, instructions, categories, suites, status, revision, past } = specialist;
  return [
    `${name} (${status}, revision ${revision})${description === '' ? '' : `: ${description}`}`,
    `   reads ${collections.join(', ')}`,
    `   searches with ${forceText(specialist)}`,
    ...(categories.length === 0 ? [] : [`   for ${categories.join(', ')}`]),
    ...(suites.length === 0 ? [] : [`   judged by ${suites.join(', ')}`]),
    ...(instructions === '' ? [] : [`   instructions: ${instructions}`]),
    ...past.slice(0, 3).map((old) => `   before revision ${old.revision}: ${forceText(old)}`),
  ].join('\n');
}

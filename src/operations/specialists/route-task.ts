import { z } from 'zod';
import { DEFAULT_RETRIEVAL } from '../../core/retrieval/settings.js';
import type { RouteAnswer } from '../../services/specialists/routing-service.js';
import { defineOperation } from '../define.js';
import { searchHitShape, toHitShape } from '../hit-shape.js';
import { renderHits } from '../render-hits.js';
import { toUnavailableShape, unavailableShape } from '../shapes.js';
import { specialistName } from '../specialist-fields.js';
import { forceText, toSpecialistShape } from './specialist-shape.js';
import { TOOL_LIST_BYTES, toListings, toolLines, toolList, toToolShape, weighedToolShape } from './tool-list.js';

const weighedShape = z.object({
  name: z.string(),
  /** 0 to 1; of all that were weighed together 1. */
  share: z.number(),
  isChosen: z.boolean(),
  reasons: z.array(z.string()),
  instructions: z.string(),
  /** Complete settings of its searches, for whoever searches without naming it. */
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  /** What it has learned, in words. */
  learned: z.string(),
});

const routeShape = z.object({
  isAbstained: z.boolean(),
  /** Chance that the first one is right, and that the task is for any of them. */
  confidence: z.number(),
  scope: z.number(),
  isCalibrated: z.boolean(),
  reason: z.string(),
  specialists: z.array(weighedShape),
  tools: z.array(weighedToolShape),
  /** Steps of the task, in their order; empty for a task that is one. */
  steps: z.array(
    z.object({
      text: z.string(),
      isAbstained: z.boolean(),
      confidence: z.number(),
      specialists: z.array(z.string()),
      tools: z.array(weighedToolShape),
    }),
  ),
  /** For each chosen specialist, and each step where there are several. */
  context: z.array(z.object({ task: z.string(), specialist: z.string(), results: z.array(searchHitShape) })),
  unavailable: unavailableShape,
});

export const routeTask = defineOperation({
  name: 'route_task',
  summary: 'Route a task',
  description:
    'Chooses the specialists for a task in words, and, where you hand a list of tools, the tools; with chances, reasons, and abstention when the task is for none of them. A task of several steps (a list, first ... then ...) is routed step by step. Gives a context to begin with: what the chosen specialists know of it, cited and packed to a token budget, their instructions and settings. Tell record_feedback how it went.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  toolset: 'specialists',
  http: { method: 'POST', path: '/tasks/route' },
  takesTurn: true,
  maxInputBytes: TOOL_LIST_BYTES,
  cli: { command: ['route'], positional: ['task'], fromFile: ['tools'] },
  input: z.strictObject({
    task: z.string().min(1).max(4000).describe('What shall be done, in words.'),
    specialists: z.array(specialistName).max(50).default([]).describe('Choose among these; default all in use.'),
    tools: toolList.default([]),
    limit: z.number().int().min(1).max(10).default(3).describe('Most specialists that are chosen, and tools told.'),
    maxTokens: z
      .number()
      .int()
      .min(0)
      .max(20_000)
      .default(2000)
      .describe('Size of the context in tokens; 0 for none. Default 2000.'),
  }),
  output: routeShape,
  errors: [
    'INPUT_INVALID',
    'SPECIALIST_NOT_FOUND',
    'FINGERPRINT_MISMATCH',
    'MODEL_UNAVAILABLE',
    'EMBEDDING_FAILED',
    'STORE_BROKEN',
  ],
  quoted: ['context.results.text', 'context.results.context.text', 'context.results.excerpts.text'],
  examples: [{ task: 'make the report faster', maxTokens: 500 }],
  async run({ services, signal }, { task, specialists, tools, limit, maxTokens }) {
    const { routing, feedback } = await services.specialists();
    const request = { task, specialists, tools: toListings(tools), limit, maxTokens, signal };
    const answer = await routing.route(request);
    // What is handed out is remembered as a search is, so that feedback knows at which places the passages stood.
    const context = answer.context.map((part) => ({
      ...part,
      hits: feedback.noteShown({ query: part.task, draft: null, ...part }),
    }));
    return toOutput({ ...answer, context });
  },
  render: renderRoute,
});

const round = (value: number): number => Math.round(value * 1000) / 1000;

function toOutput(answer: RouteAnswer): z.output<typeof routeShape> {
  const { routing, isCalibrated, reason } = answer;
  return {
    isAbstained: routing.isAbstained,
    confidence: round(routing.confidence),
    scope: round(routing.scope),
    isCalibrated,
    reason,
    specialists: answer.specialists.map(({ specialist, share, isChosen, reasons }) => ({
      name: specialist.name,
      share: round(share),
      isChosen,
      reasons: [...reasons],
      instructions: specialist.instructions,
      settings: { ...DEFAULT_RETRIEVAL, ...specialist.settings },
      learned: forceText(toSpecialistShape(specialist)),
    })),
    tools: answer.tools.map(toToolShape),
    steps: answer.steps.map(({ text, routing: own, specialists, tools }) => ({
      text,
      isAbstained: own.isAbstained,
      confidence: round(own.confidence),
      specialists: specialists.filter(({ isChosen }) => isChosen).map(({ specialist }) => specialist.name),
      tools: tools.filter(({ isChosen }) => isChosen).map(toToolShape),
    })),
    context: answer.context.map(({ task, specialist, hits }) => ({ task, specialist, results: hits.map(toHitShape) })),
    unavailable: toUnavailableShape(answer.unavailable),
  };
}

function renderRoute(output: z.output<typeof routeShape>): string {
  const { reason, isCalibrated, specialists, tools, steps, context, unavailable } = output;
  const note = isCalibrated
    ? ''
    : ' The chances were fitted for the bundled embedding model and are rough for this one.';
  const weighed = specialists
    .slice(0, 5)
    .flatMap(({ name, share, isChosen, reasons, instructions, learned }) => [
      `${isChosen ? '*' : ' '} ${name}, share ${share.toFixed(2)}: ${reasons.join('; ')}`,
      ...(isChosen ? [`    searches with ${learned}; name it as specialist in search`] : []),
      ...(isChosen && instructions !== '' ? [`    instructions: ${instructions}`] : []),
    ]);
  const parts = context.map(
    ({ task, specialist, results }) =>
      `From ${specialist}${steps.length === 0 ? '' : ` for "${task}"`}:\n${renderHits({ results, nextCursor: null, hint: 'It knows nothing of this.', unavailable: {} })}`,
  );
  const lost = Object.entries(unavailable).map(([name, why]) => `! ${name} cannot be read: ${why}`);
  const chosenTools = tools.length === 0 ? [] : [['Tools:', ...toolLines(tools)].join('\n')];
  return [[`${reason}${note}`, ...weighed].join('\n'), ...chosenTools, ...parts, ...lost].join('\n\n');
}

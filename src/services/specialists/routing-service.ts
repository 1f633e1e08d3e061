import { type CandidateEvidence, candidateFeatures, type Routing, route } from '../../core/specialists/routing.js';
import { ROUTING_MODEL, TOOL_MODEL } from '../../core/specialists/routing-coefficients.js';
import type { Specialist } from '../../core/specialists/specialist.js';
import { taskWords } from '../../core/specialists/task-words.js';
import { type ToolEvidence, type ToolPast, toolChances } from '../../core/specialists/tool-choice.js';
import { Absentees } from '../ask-each.js';
import type { CollectionService } from '../collections.js';
import type { ServiceContext } from '../context.js';
import { evidenceOf } from '../retrieval/evidence.js';
import type { RetrieveService } from '../retrieve.js';
import type { SearchAnswer, SearchHit, SearchService } from '../search.js';
import type { PastTasks } from './past-task.js';
import { type RouteCandidate, type RouteEvidence, RouteEvidenceReader } from './route-evidence.js';
import type { SpecialistService, SpecialistUse } from './specialist-service.js';
import { type RankedTool, type ToolListing, ToolShelf } from './tool-shelf.js';

/** Specialists of a smaller share are not chosen beside the first. */
const CHOSEN_FROM = 0.25;
/** Passages that one specialist adds to a context. */
const PASSAGES = 8;

/** A task to route. */
export interface RouteRequest {
  readonly task: string;
  /** Only these specialists; none means all that are in use. */
  readonly specialists: readonly string[];
  /** Tools to choose from. */
  readonly tools: readonly ToolListing[];
  /** Most specialists, and most tools, that are chosen. */
  readonly limit: number;
  /** Size of the context in tokens; 0 for none. */
  readonly maxTokens: number;
  readonly signal?: AbortSignal | undefined;
}

/** A specialist as it was weighed for a task. */
export interface WeighedSpecialist {
  readonly specialist: Specialist;
  /** 0..1; of all that were weighed together 1. */
  readonly share: number;
  readonly isChosen: boolean;
  /** What speaks for it, in words. */
  readonly reasons: readonly string[];
}

/** A tool as it was weighed for a task. */
export interface WeighedTool {
  readonly tool: ToolListing;
  /** Chance, 0..1, that it is a right one. */
  readonly chance: number;
  readonly isChosen: boolean;
  readonly why: string;
}

/** What a chosen specialist brings to the context. */
export interface ContextPart {
  readonly specialist: string;
  readonly hits: readonly SearchHit[];
  readonly relevance: SearchAnswer['relevance'];
}

/** How a task is routed, and with what to begin it. */
export interface RouteAnswer {
  readonly routing: Routing;
  /** Whether the chances were fitted for the embedding model in use. */
  readonly isCalibrated: boolean;
  /** Why it was routed so, or not at all. */
  readonly reason: string;
  /** Best first. */
  readonly specialists: readonly WeighedSpecialist[];
  readonly tools: readonly WeighedTool[];
  readonly context: readonly ContextPart[];
  readonly unavailable: ReturnType<Absentees['list']>;
}

/** Parts that a {@link RoutingService} is made of. */
export interface RoutingParts {
  readonly collections: CollectionService;
  readonly retrieve: RetrieveService;
  readonly search: SearchService;
  readonly registry: SpecialistService;
  readonly past: PastTasks;
}

/** Chooses specialists and tools for a task, and packs what they know. */
export class RoutingService {
  readonly #parts: RoutingParts;
  readonly #evidence: RouteEvidenceReader;
  readonly #tools: ToolShelf;

  constructor(context: ServiceContext, parts: RoutingParts) {
    this.#parts = parts;
    this.#evidence = new RouteEvidenceReader(context, parts);
    this.#tools = new ToolShelf(context);
  }

  /** @throws QuarryError SPECIALIST_NOT_FOUND, FINGERPRINT_MISMATCH, MODEL_UNAVAILABLE */
  async route(request: RouteRequest): Promise<RouteAnswer> {
    const { task, signal, limit } = request;
    const absentees = new Absentees();
    const uses = await this.#uses(request.specialists, absentees);
    const candidates = await Promise.all(uses.map((use) => this.#candidate(use)));
    const evidence = await this.#evidence.read(task, candidates, { absentees, signal });
    const routing = route(ROUTING_MODEL, evidence.candidates, evidence.scope);
    const specialists = weigh(candidates, { evidence, routing, limit });
    const tools = request.tools.length === 0 ? [] : await this.searchTools(task, request.tools, limit, signal);
    const isCalibrated = evidence.space.revision === ROUTING_MODEL.revision;
    const chosen = uses.filter(({ specialist }) =>
      specialists.some((one) => one.isChosen && one.specialist.name === specialist.name),
    );
    return {
      routing,
      isCalibrated,
      reason: reasonOf(routing, specialists),
      specialists,
      tools,
      context: await this.#pack(request, specialists, chosen),
      unavailable: absentees.list(),
    };
  }

  /** Tools that may serve a task, best first: as collections are searched. */
  async searchTools(
    query: string,
    tools: readonly ToolListing[],
    limit: number,
    signal?: AbortSignal,
  ): Promise<WeighedTool[]> {
    const ranked = await this.#tools.rank(taskWords(query), tools, signal);
    const past = await this.#parts.past.ofTools();
    const evidence = ranked.map((one) => toolEvidenceOf(one, past.get(one.tool.name)));
    const chances = toolChances(TOOL_MODEL, evidence, wordsIn(query));
    const weighed = ranked.map((one, at): WeighedTool => {
      const chance = chances[at] ?? 0;
      return {
        tool: one.tool,
        chance,
        isChosen: chance >= TOOL_MODEL.chosenFrom,
        why: whyTool(one, past.get(one.tool.name)),
      };
    });
    return weighed.sort((a, b) => b.chance - a.chance).slice(0, limit);
  }

  async #uses(names: readonly string[], absentees: Absentees): Promise<SpecialistUse[]> {
    const { registry } = this.#parts;
    const active = (await registry.list()).filter(({ status }) => status === 'active').map(({ name }) => name);
    const uses = await Promise.all(
      (names.length === 0 ? active : [...new Set(names)]).map((name) => registry.use(name)),
    );
    for (const collection of uses.flatMap(({ missing }) => missing)) {
      absentees.add({ collection, reason: 'It is not there any more.' });
    }
    return uses;
  }

  async #candidate({ specialist, collections }: SpecialistUse): Promise<RouteCandidate> {
    const there = collections.length === 0 ? [] : await this.#parts.collections.select(collections);
    return { specialist, collections: there };
  }

  /** Passages of the chosen specialists, each within its part of the budget. */
  async #pack(
    { task, maxTokens, signal }: RouteRequest,
    weighed: readonly WeighedSpecialist[],
    uses: readonly SpecialistUse[],
  ): Promise<ContextPart[]> {
    if (maxTokens === 0) return [];
    const chosen = weighed.filter(({ isChosen }) => isChosen);
    const total = chosen.reduce((sum, { share }) => sum + share, 0);
    return Promise.all(
      chosen.map(async ({ specialist, share }): Promise<ContextPart> => {
        const use = uses.find((one) => one.specialist.name === specialist.name);
        const answer = await this.#parts.search.search({
          query: taskWords(task),
          collections: [],
          specialist: use,
          filter: {},
          settings: {},
          limit: PASSAGES,
          context: 'none',
          maxTokens: Math.max(LEAST_TOKENS, Math.floor((maxTokens * share) / total)),
          signal,
        });
        return { specialist: specialist.name, hits: answer.hits, relevance: answer.relevance };
      }),
    );
  }
}

const LEAST_TOKENS = 100;

function wordsIn(task: string): number {
  return task.split(/\s+/).filter((word) => word !== '').length;
}

/** What is known of a tool for a task. */
export function toolEvidenceOf({ hit }: RankedTool, past?: ToolPast): ToolEvidence {
  const { cosine, share, coverage } = evidenceOf(hit);
  return { cosine: cosine ?? 0, share, coverage, past };
}

function whyTool({ hit }: RankedTool, past: ToolPast | undefined): string {
  const words = hit.keyword === null ? 'no words in common' : `words ${hit.keyword.score.toFixed(1)}`;
  const before = past === undefined ? '' : `, came out well ${past.succeeded} of ${past.succeeded + past.failed} times`;
  return `meaning ${(evidenceOf(hit).cosine ?? 0).toFixed(2)}, ${words}${before}`;
}

function weigh(
  candidates: readonly RouteCandidate[],
  { evidence, routing, limit }: { evidence: RouteEvidence; routing: Routing; limit: number },
): WeighedSpecialist[] {
  const order = candidates
    .map((_, at) => at)
    .sort((a, b) => (routing.shares[b] ?? 0) - (routing.shares[a] ?? 0) || a - b);
  return order.flatMap((at, rank) => {
    const candidate = candidates[at];
    const share = routing.shares[at] ?? 0;
    if (candidate === undefined) return [];
    const isChosen = !routing.isAbstained && rank < limit && (rank === 0 || share >= CHOSEN_FROM);
    return [{ specialist: candidate.specialist, share, isChosen, reasons: reasonsFor(evidence, at) }];
  });
}

const FEATURES = ['its passages', 'its passages', 'its description', 'all that it holds', 'past tasks', 'past tasks'];

/** The passage that fits best, and what sets it apart from the mean of the others. */
function reasonsFor({ candidates, passages }: RouteEvidence, at: number): string[] {
  const own = candidates[at];
  const [passage] = passages[at] ?? [];
  const best =
    passage === undefined
      ? ['no passage that it may read fits']
      : [
          `"${passage.candidate.document.title}" fits with score ${passage.fused.toFixed(2)} (${passage.candidate.chunk.id})`,
        ];
  if (own === undefined || candidates.length < 2) return best;
  const gains = new Map<string, number>();
  for (const [place, gain] of gainsOf(own, candidates).entries()) {
    const name = FEATURES[place] ?? '';
    gains.set(name, (gains.get(name) ?? 0) + gain);
  }
  const told = [...gains].filter(([, gain]) => Math.abs(gain) >= 0.2).sort(([, a], [, b]) => Math.abs(b) - Math.abs(a));
  return [
    ...best,
    ...told.map(
      ([name, gain]) =>
        `${name} ${gain > 0 ? 'speak for' : 'speak against'} it (${gain > 0 ? '+' : ''}${gain.toFixed(1)})`,
    ),
  ];
}

/** What each feature adds to the utility beside the mean of all candidates. */
function gainsOf(own: CandidateEvidence, all: readonly CandidateEvidence[]): number[] {
  const weights = own.past === undefined ? ROUTING_MODEL.fresh : ROUTING_MODEL.practised;
  return candidateFeatures(own).map((value, place) => {
    const mean = all.reduce((sum, one) => sum + (candidateFeatures(one)[place] ?? 0), 0) / all.length;
    return (value - mean) * (weights[place] ?? 0);
  });
}

function reasonOf(routing: Routing, weighed: readonly WeighedSpecialist[]): string {
  const [first, second] = weighed;
  if (first === undefined) return 'There are no specialists in use: make one with specialist_create.';
  const { scope, confidence, isAbstained } = routing;
  if (isAbstained) {
    return `For none of them: the chance that any specialist knows of this is ${scope.toFixed(2)}, below ${ROUTING_MODEL.abstainBelow.toFixed(2)}. The nearest would be ${first.specialist.name}.`;
  }
  const rival = second === undefined ? '' : `, before ${second.specialist.name} with ${second.share.toFixed(2)}`;
  const ask = confidence < 0.5 ? ' Unsure: ask which is meant, or use both.' : '';
  return `${first.specialist.name} has share ${first.share.toFixed(2)}${rival}; it is the right one with chance ${confidence.toFixed(2)}.${ask}`;
}

import { type Routing, route } from '../../core/specialists/routing.js';
import { ROUTING_MODEL, TOOL_MODEL } from '../../core/specialists/routing-coefficients.js';
import { splitTask } from '../../core/specialists/steps.js';
import { taskWords } from '../../core/specialists/task-words.js';
import { toolChances } from '../../core/specialists/tool-choice.js';
import { Absentees } from '../ask-each.js';
import type { CollectionService } from '../collections.js';
import type { ServiceContext } from '../context.js';
import type { SearchHit } from '../retrieval/search-hit.js';
import type { RetrieveService } from '../retrieve.js';
import type { SearchAnswer, SearchService } from '../search.js';
import type { PastTasks } from './past-task.js';
import { type RouteCandidate, RouteEvidenceReader } from './route-evidence.js';
import {
  answerAtOnce,
  answerBySteps,
  areForDifferent,
  type RoutedStep,
  toolEvidenceOf,
  type WeighedSpecialist,
  type WeighedTool,
  weigh,
  whyTool,
  wordsIn,
} from './routed-steps.js';
import type { SpecialistService, SpecialistUse } from './specialist-service.js';
import { type ToolListing, ToolShelf } from './tool-shelf.js';

/** Passages that one specialist adds to a context. */
const PASSAGES = 8;
/** What a part of a context gets at least, in tokens. */
const LEAST_TOKENS = 100;

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

/** What a chosen specialist brings to the context. */
export interface ContextPart {
  /** The task, or the step of it that this is for. */
  readonly task: string;
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
  /** Its steps, in their order; none for a task that is one. */
  readonly steps: readonly RoutedStep[];
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
    const absentees = new Absentees();
    const uses = await this.#uses(request.specialists, absentees);
    const candidates = await Promise.all(uses.map((use) => this.#candidate(use)));
    const { whole, steps, isCalibrated } = await this.#routeSteps(request, candidates, absentees);
    return {
      ...(steps.length === 0 ? answerAtOnce(whole) : answerBySteps(whole, steps)),
      isCalibrated,
      steps,
      context: await this.#pack(request, steps.length === 0 ? [whole] : steps, uses),
      unavailable: absentees.list(),
    };
  }

  /** The whole task, and its steps where it has some: named as such, or sentences that are for different specialists. */
  async #routeSteps(request: RouteRequest, candidates: readonly RouteCandidate[], absentees: Absentees) {
    const { pieces, isExplicit } = splitTask(request.task);
    const one = (text: string) => this.#routeOne(text, request, { candidates, absentees });
    const [whole, ...parts] = await Promise.all([one(request.task), ...(pieces.length > 1 ? pieces.map(one) : [])]);
    const isSplit = parts.length > 1 && (isExplicit || areForDifferent(parts));
    return { whole, steps: isSplit ? parts : [], isCalibrated: whole.isCalibrated };
  }

  async #routeOne(
    text: string,
    { tools, limit, signal }: RouteRequest,
    { candidates, absentees }: { candidates: readonly RouteCandidate[]; absentees: Absentees },
  ): Promise<RoutedStep & { readonly isCalibrated: boolean }> {
    const evidence = await this.#evidence.read(text, candidates, { absentees, signal });
    const routing = route(ROUTING_MODEL, evidence.candidates, evidence.scope);
    return {
      text,
      routing,
      specialists: weigh(candidates, { evidence, routing, limit }),
      tools: tools.length === 0 ? [] : await this.searchTools(text, tools, limit, signal),
      isCalibrated: evidence.space.revision === ROUTING_MODEL.revision,
    };
  }

  /** Tools that may serve a task, best first: as collections are searched. */
  async searchTools(
    query: string,
    tools: readonly ToolListing[],
    limit: number,
    signal?: AbortSignal,
  ): Promise<WeighedTool[]> {
    const distinct = [...new Map(tools.map((tool) => [JSON.stringify(tool), tool])).values()];
    const ranked = await this.#tools.rank(taskWords(query), distinct, signal);
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

  /** Passages of the chosen specialists for each step, each within its part of the budget; none twice. */
  async #pack(
    { maxTokens, signal }: RouteRequest,
    steps: readonly RoutedStep[],
    uses: readonly SpecialistUse[],
  ): Promise<ContextPart[]> {
    if (maxTokens === 0) return [];
    const wanted = steps.flatMap(({ text, specialists }) => {
      const chosen = specialists.filter(({ isChosen }) => isChosen);
      const total = chosen.reduce((sum, { share }) => sum + share, 0);
      return chosen.map(({ specialist, share }) => ({ text, name: specialist.name, part: share / total }));
    });
    const total = wanted.reduce((sum, { part }) => sum + part, 0);
    const found = await Promise.all(
      wanted.map(async ({ text, name, part }): Promise<ContextPart> => {
        const { hits, relevance } = await this.#parts.search.search({
          query: taskWords(text),
          collections: [],
          specialist: uses.find(({ specialist }) => specialist.name === name),
          filter: {},
          settings: {},
          limit: PASSAGES,
          context: 'none',
          maxTokens: Math.max(LEAST_TOKENS, Math.floor((maxTokens * part) / total)),
          signal,
        });
        return { task: text, specialist: name, hits, relevance };
      }),
    );
    const told = new Set<string>();
    return found.map((one) => ({ ...one, hits: one.hits.filter(({ hit }) => isNew(told, hit.candidate.chunk.id)) }));
  }
}

function isNew(told: Set<string>, id: string): boolean {
  const before = told.size;
  return told.add(id).size > before;
}

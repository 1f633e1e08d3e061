import { type CandidateEvidence, candidateFeatures, type Routing } from '../../core/specialists/routing.js';
import { ROUTING_MODEL } from '../../core/specialists/routing-coefficients.js';
import type { Specialist } from '../../core/specialists/specialist.js';
import type { ToolEvidence, ToolPast } from '../../core/specialists/tool-choice.js';
import { evidenceOf } from '../retrieval/evidence.js';
import type { RouteCandidate, RouteEvidence } from './route-evidence.js';
import type { RankedTool, ToolListing } from './tool-shelf.js';

/** Specialists of a smaller share are not chosen beside the first. */
const CHOSEN_FROM = 0.25;
/** Sentences are steps only when each is right with this chance. */
const CLEAR = 0.75;

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

/** A step of a task, and who is right for it. */
export interface RoutedStep {
  readonly text: string;
  readonly routing: Routing;
  /** Best first. */
  readonly specialists: readonly WeighedSpecialist[];
  readonly tools: readonly WeighedTool[];
}

export function wordsIn(task: string): number {
  return task.split(/\s+/).filter((word) => word !== '').length;
}

/** What is known of a tool for a task. */
export function toolEvidenceOf({ hit }: RankedTool, past?: ToolPast): ToolEvidence {
  const { cosine, share, coverage } = evidenceOf(hit);
  return { cosine: cosine ?? 0, share, coverage, past };
}

export function whyTool({ hit }: RankedTool, past: ToolPast | undefined): string {
  const words = hit.keyword === null ? 'no words in common' : `words ${hit.keyword.score.toFixed(1)}`;
  const before = past === undefined ? '' : `, came out well ${past.succeeded} of ${past.succeeded + past.failed} times`;
  return `meaning ${(evidenceOf(hit).cosine ?? 0).toFixed(2)}, ${words}${before}`;
}

export function weigh(
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

/** Whether sentences, each in scope and clear, are for different specialists: then they are steps, and else one task. */
export function areForDifferent(parts: readonly RoutedStep[]): boolean {
  const first = parts.map(({ specialists }) => specialists[0]);
  const isClear = parts.every(({ routing }) => !routing.isAbstained && routing.confidence >= CLEAR);
  return isClear && new Set(first.map((one) => one?.specialist.name)).size > 1;
}

/** How a task is routed, by whom and with which tools, and why. */
interface RoutedTask extends Omit<RoutedStep, 'text'> {
  readonly reason: string;
}

/** A task that is one. */
export function answerAtOnce({ routing, specialists, tools }: RoutedStep): RoutedTask {
  return { routing, specialists, tools, reason: reasonOf(routing, specialists) };
}

/** A task that is done step by step. */
export function answerBySteps(whole: RoutedStep, steps: readonly RoutedStep[]): RoutedTask {
  return {
    routing: overSteps(whole.routing, steps),
    specialists: chosenBySteps(whole, steps),
    tools: toolsOfSteps(steps),
    reason: reasonOfSteps(steps),
  };
}

/** The specialists of the whole task, those first that a step has chosen. */
function chosenBySteps(whole: RoutedStep, steps: readonly RoutedStep[]): WeighedSpecialist[] {
  const chosen = new Set(
    steps.flatMap(({ specialists }) => specialists.filter((one) => one.isChosen).map((one) => one.specialist.name)),
  );
  const weighed = whole.specialists.map((one) => ({ ...one, isChosen: chosen.has(one.specialist.name) }));
  return [...weighed.filter((one) => one.isChosen), ...weighed.filter((one) => !one.isChosen)];
}

/** A task of steps is as sure as its surest step is in scope, and as its least sure one is right. */
function overSteps(whole: Routing, steps: readonly RoutedStep[]): Routing {
  const kept = steps.filter(({ routing }) => !routing.isAbstained);
  return {
    shares: whole.shares,
    scope: Math.max(...steps.map(({ routing }) => routing.scope)),
    confidence: Math.min(...(kept.length === 0 ? steps : kept).map(({ routing }) => routing.confidence)),
    isAbstained: kept.length === 0,
  };
}

function reasonOfSteps(steps: readonly RoutedStep[]): string {
  const told = steps.map(({ text, routing, specialists }, at) => {
    const names = specialists.filter((one) => one.isChosen).map((one) => one.specialist.name);
    const short = text.length > 60 ? `${text.slice(0, 59)}\u2026` : text;
    return `${at + 1}. "${short}": ${names.length === 0 ? 'for none of them' : `${names.join(', ')} (chance ${routing.confidence.toFixed(2)})`}`;
  });
  return `${steps.length} steps. ${told.join('; ')}.`;
}

/** Each tool once, with the chance of the step that it fits best. */
function toolsOfSteps(steps: readonly RoutedStep[]): WeighedTool[] {
  const best = new Map<string, WeighedTool>();
  for (const tool of steps.flatMap((step) => step.tools)) {
    const key = JSON.stringify(tool.tool);
    if ((best.get(key)?.chance ?? -1) < tool.chance) best.set(key, tool);
  }
  return [...best.values()].sort((a, b) => b.chance - a.chance);
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

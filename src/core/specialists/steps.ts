/** A task as it may fall into steps. */
export interface SplitTask {
  /** Whether the task itself says that these are steps: a list, or words of sequence. Else they only may be. */
  readonly isExplicit: boolean;
  /** Verbatim parts in their order; one for a task that is whole. */
  readonly pieces: readonly string[];
}

/** More steps of a task are told with the last one. */
const MOST_STEPS = 8;
/** Fewer words are no step of their own. */
const LEAST_WORDS = 2;
/** Fewer words of a sentence say too little to be routed alone. */
const LEAST_SENTENCE_WORDS = 4;

const ITEM = /^\s*(?:\d{1,2}[.):]|[-*+\u2022]|step\s+\d{1,2}[.):]?)\s+/i;
/** Words of sequence that begin a clause; a bare `then` belongs to an `if`. */
const SEQUENCE =
  /(?:[,.;:!?]\s*(?:and\s+|but\s+)?|\s+and\s+)(?:then|after\s+that|afterwards|subsequently)\b,?\s+|[,.;!?]\s*(?:and\s+)?(?:next|finally|lastly|secondly|thirdly),?\s+/giu;
const BEGINNING = /^\s*(?:first(?:ly)?|at first|to begin with),?\s+/i;
const SENTENCE = /(?<=[.!?;])\s+(?=\p{Lu}|\d)/u;

/** What begins a question or speaks of what came before is no step of its own. */
const NO_STEP =
  /^(?:it|they|this|that|these|those|he|she|we|i|you|there|what|which|where|when|who|whose|why|how|whether|until|if|because|so|or)\b/i;

/** Splits a task into the steps that it names, or else into sentences, which may be steps. */
export function splitTask(task: string): SplitTask {
  const items = listedItems(task);
  if (items.length > 1) return { isExplicit: true, pieces: capped(items) };
  const parts = longEnough(task.replace(BEGINNING, '').split(SEQUENCE), LEAST_WORDS);
  if (parts.length > 1) return { isExplicit: true, pieces: capped(parts) };
  const sentences = task.split(SENTENCE).map((sentence) => sentence.trim());
  const isFair =
    sentences.length > 1 &&
    sentences.every((sentence) => wordsIn(sentence) >= LEAST_SENTENCE_WORDS && !NO_STEP.test(sentence));
  return { isExplicit: false, pieces: isFair ? capped(sentences) : [task.trim()] };
}

/** Items of a list in the task, each with the lines that go on below it. */
function listedItems(task: string): string[] {
  const items: string[] = [];
  for (const line of task.split('\n')) {
    if (ITEM.test(line)) items.push(line.replace(ITEM, '').trim());
    else if (items.length > 0 && line.trim() !== '') items.push(`${items.pop() ?? ''} ${line.trim()}`);
  }
  return longEnough(items, 1);
}

function longEnough(pieces: readonly string[], least: number): string[] {
  return pieces.map((piece) => piece.trim()).filter((piece) => wordsIn(piece) >= least);
}

function wordsIn(text: string): number {
  return text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}

function capped(pieces: readonly string[]): string[] {
  if (pieces.length <= MOST_STEPS) return [...pieces];
  return [...pieces.slice(0, MOST_STEPS - 1), pieces.slice(MOST_STEPS - 1).join(' ')];
}

import type { CountTokens } from '../ports.js';
import { contextLines, type EmbedTextParts, embedTextOf } from './embed-text.js';

/** What a model takes of one text. */
export interface EmbedRoom {
  /** Longest input in tokens. */
  readonly maxTokens: number;
  readonly countTokens: CountTokens;
}

/** Tokens at most for a code unit: three bytes, each a token of its own. */
const TOKENS_PER_UNIT = 3;
/** Share of the room that title and headings may take from the text. */
const CONTEXT_SHARE = 0.5;
/** Tokens that the ends of the title's and the headings' lines may take. */
const LINE_ENDS = 2;

/** Whether a model takes the text whole. */
export function fitsRoom(text: string, { maxTokens, countTokens }: EmbedRoom): boolean {
  // Counting is spared where no text of this length could be too long.
  return text.length * TOKENS_PER_UNIT <= maxTokens || countTokens(text) <= maxTokens;
}

/** Tokens that a chunk's title and headings ask of the room: half of it at most. */
export function contextTokens(parts: Omit<EmbedTextParts, 'text'>, { maxTokens, countTokens }: EmbedRoom): number {
  const context = contextLines(parts).join('\n');
  return context === '' ? 0 : Math.min(countTokens(context) + LINE_ENDS, Math.floor(maxTokens * CONTEXT_SHARE));
}

/**
 * What is embedded for a chunk, as {@link embedTextOf} makes it. Where the model would cut that, the title and the
 * headings give way, never the chunk's own text: words of the title go first, then headings from the outside.
 */
export function embedTextWithin(parts: EmbedTextParts, room: EmbedRoom): string {
  const whole = embedTextOf(parts);
  if (fitsRoom(whole, room)) return whole;
  for (const shorter of shorterContexts(parts)) {
    const text = embedTextOf({ ...parts, ...shorter });
    if (fitsRoom(text, room)) return text;
  }
  return parts.text;
}

/** Ever shorter titles and heading paths, longest first. */
function* shorterContexts({ title, headingPath }: EmbedTextParts): Generator<Omit<EmbedTextParts, 'text'>> {
  const words = title.split(/\s+/).filter((word) => word !== '');
  for (let kept = Math.floor(words.length / 2); kept > 0; kept = Math.floor(kept / 2))
    yield { title: words.slice(0, kept).join(' '), headingPath };
  for (let dropped = 0; dropped < headingPath.length; dropped++)
    yield { title: '', headingPath: headingPath.slice(dropped) };
}

import { DEFAULT_INPUT_BYTES, type Operation } from '../../operations/define.js';

/** Most messages that one HTTP request may carry. */
export const MAX_BATCH = 20;

/** How long messages may be. */
export interface MessageLimits {
  /** Bytes of the longest message that any offered tool takes. */
  readonly largest: number;
  /** Most bytes of this message: those of the tool that it calls, or the default for everything else. */
  of(message: unknown): number;
}

/**
 * The limits of what the offered tools take.
 * @param ceiling bytes that no limit goes beyond
 */
export function createMessageLimits(tools: readonly Operation[], ceiling: number): MessageLimits {
  const usual = Math.min(ceiling, DEFAULT_INPUT_BYTES);
  const limits = new Map(tools.map((tool) => [tool.name, Math.min(ceiling, tool.maxInputBytes ?? usual)]));
  return {
    largest: Math.max(usual, ...limits.values()),
    of(message) {
      if (fieldOf(message, 'method') !== 'tools/call') return usual;
      const name = fieldOf(fieldOf(message, 'params'), 'name');
      return (typeof name === 'string' ? limits.get(name) : undefined) ?? usual;
    },
  };
}

/** An own field of a value from outside; undefined when there is none. */
export function fieldOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  // The key was just found on it.
  return (value as Readonly<Record<string, unknown>>)[key];
}

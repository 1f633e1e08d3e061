import { type Example, type ExampleInput, parseExample } from '../../src/core/curation/example.js';

/** A checked example. */
export function makeExample(input: ExampleInput): Example {
  const parsed = parseExample(input);
  if ('problem' in parsed) throw new TypeError(parsed.problem);
  return parsed.example;
}

/** A pair whose texts name its number. */
export function makePair(number: number, more: Partial<ExampleInput> = {}): Example {
  return makeExample({
    kind: 'pair',
    fields: {
      anchor: `What is thing number ${number}?`,
      positive: `Thing number ${number} is explained in this passage.`,
    },
    ...more,
  } as ExampleInput); // The kind and its fields are given above.
}

/** `count` pairs. */
export function makePairs(count: number, from = 0): Example[] {
  return Array.from({ length: count }, (_, at) => makePair(from + at));
}

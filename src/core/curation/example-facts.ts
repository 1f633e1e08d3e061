import { type Example, sidesOf } from './example.js';

/** What cards, data sheets and statistics tell of an example: not its texts, so that those of many fit into memory. */
export interface ExampleFacts
  extends Pick<Example, 'kind' | 'split' | 'licence' | 'category' | 'language' | 'tags' | 'flags' | 'review'> {
  /** How it was made, and by which miner or rule. */
  readonly method: string;
  readonly rule: string;
  /** Lengths of its sides in characters. */
  readonly promptLength: number;
  readonly responseLength: number;
}

/** The facts of an example. */
export function factsOf(example: Example): ExampleFacts {
  const { kind, split, licence, category, language, tags, flags, review } = example;
  const { method, rule } = example.provenance;
  const { prompt, response } = sidesOf(example);
  const lengths = { promptLength: prompt.length, responseLength: response.length };
  return { kind, split, licence, category, language, tags, flags, review, method, rule, ...lengths };
}

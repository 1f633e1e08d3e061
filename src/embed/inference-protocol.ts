import type { EmbeddingFingerprint } from '../core/types.js';

/** What the inference process is to load; its first message. */
export interface OpenMessage {
  readonly type: 'open';
  readonly task: 'embed' | 'score';
  /** Absolute path of the model's folder. */
  readonly folder: string;
  readonly dtype: string;
  readonly pooling: EmbeddingFingerprint['pooling'];
  /** 1 or more. */
  readonly threads: number;
}

/** One input to run. Answers come in the order of the inputs. */
export interface RunMessage {
  readonly type: 'run';
  readonly id: number;
  readonly ids: readonly number[];
  readonly types: readonly number[];
}

/** Everything that the parent sends. */
export type ParentMessage = OpenMessage | RunMessage;

/** Everything that the inference process sends. `values` is a unit vector, or the logits of a score. */
export type ChildMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'broken'; readonly reason: string }
  | { readonly type: 'done'; readonly id: number; readonly values: Float32Array }
  | { readonly type: 'failed'; readonly id: number; readonly reason: string };

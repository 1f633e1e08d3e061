import type { ToolPast } from '../../core/specialists/tool-choice.js';

/** A task that was done, as routing remembers it. */
export interface PastTask {
  /** Vector of the task, of the model in use. */
  readonly vector: Float32Array;
  readonly specialist: string;
}

/** Tasks at which somebody said that a specialist helped. */
export interface PastTasks {
  /** All that are remembered, of the embedding model with this revision. */
  helped(): Promise<readonly PastTask[]>;
  /** How tools did, by their names. */
  ofTools(): Promise<ReadonlyMap<string, ToolPast>>;
}

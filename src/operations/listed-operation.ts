import type { Operation } from './define.js';
import type { Toolset } from './toolsets.js';

/** What is known of an operation before it is loaded: enough to list it and to find the one that is asked for. */
export interface ListedOperation {
  readonly name: string;
  readonly summary: string;
  readonly toolset: Toolset;
  /** Words of its command. */
  readonly command: readonly string[];
  /** What its command takes without a flag, as help shows it: `<required>`, `[optional]`, `[several...]`. */
  readonly words: readonly string[];
  /** Command of another operation under which this one is reached too, by a flag. */
  readonly alsoAs?: string;
  /** Loads it with what it alone needs, once. */
  load(): Promise<Operation>;
}

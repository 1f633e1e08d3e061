/** The library: open a workspace, run its operations. See docs/library.md. */
export type { Config } from './config/schema.js';
export { type ErrorCode, type ErrorReport, QuarryError } from './core/errors.js';
export type { Report } from './core/ports.js';
export type {
  Citation,
  Collection,
  Document,
  Job,
  JobIssue,
  JobState,
  JsonObject,
  JsonValue,
  Progress,
  Source,
} from './core/types.js';
export type { Operation, Outcome } from './operations/define.js';
export type { OperationInput, OperationName, OperationOutput } from './operations/index.js';
export { type ExecuteOptions, openQuarry, type Quarry, type WaitOptions } from './quarry.js';

import type { Report } from '../../core/ports.js';
import type { Progress } from '../../core/types.js';

/** What {@link createProgressNotifier} needs. */
export interface ProgressNotifierParts {
  /** Monotonic milliseconds. */
  elapsedMs(): number;
  /** Sends one notification; never throws. */
  send(params: { readonly progress: number; readonly total?: number; readonly message?: string }): void;
  /** Least time between two notifications. Default 200. */
  readonly intervalMs?: number;
}

/**
 * A report function that sends progress as the protocol wants it: strictly rising over all stages, and not too often.
 * Stages are laid end to end, because each of them counts from 0.
 */
export function createProgressNotifier(parts: ProgressNotifierParts): Report {
  const intervalMs = parts.intervalMs ?? 200;
  let stage = '';
  let base = 0;
  let highest = 0;
  let sentProgress = -1;
  let sentAt = Number.NEGATIVE_INFINITY;
  return (progress: Progress) => {
    if (!Number.isFinite(progress.done)) return;
    if (progress.stage !== stage) {
      stage = progress.stage;
      base = highest;
    }
    const value = base + Math.max(0, progress.done);
    highest = Math.max(highest, value);
    const now = parts.elapsedMs();
    if (value <= sentProgress || now - sentAt < intervalMs) return;
    sentProgress = value;
    sentAt = now;
    parts.send({
      progress: value,
      ...(progress.total > 0 && Number.isFinite(progress.total)
        ? { total: base + Math.max(progress.total, progress.done) }
        : {}),
      message: progress.message ?? progress.stage,
    });
  };
}

/** A signal that fires when time is up or when the caller gives up, and what it was. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** True once time was up before the caller gave up. */
  hasPassed(): boolean;
  /** Frees the timer and the listener; must be called. */
  dispose(): void;
}

/** Joins a time limit with the caller's signal, without leaving anything attached to a long-lived signal. */
export function startDeadline(timeoutMs: number, caller: AbortSignal | undefined): Deadline {
  const controller = new AbortController();
  let isOver = false;
  const timer = setTimeout(() => {
    isOver = true;
    controller.abort();
  }, timeoutMs);
  const onAbort = (): void => controller.abort();
  if (caller?.aborted) controller.abort();
  caller?.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    hasPassed: () => isOver,
    dispose: () => {
      clearTimeout(timer);
      caller?.removeEventListener('abort', onAbort);
    },
  };
}

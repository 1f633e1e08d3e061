/** Resolves when `work` settles, the time is over, or the signal fires; never rejects for the latter two. */
export async function settleWithin(work: Promise<void>, timeoutMs: number, signal?: AbortSignal): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let stop: (() => void) | undefined;
  const limit = new Promise<void>((resolve) => {
    stop = resolve;
    timer = setTimeout(resolve, Math.min(timeoutMs, 2 ** 31 - 1));
    signal?.addEventListener('abort', resolve as () => void, { once: true }); // resolve takes an optional void value.
  });
  try {
    await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
    if (stop !== undefined) signal?.removeEventListener('abort', stop);
  }
}

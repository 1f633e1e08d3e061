/** Writes one structured line to the log (stderr); the composition root gives the real one. Never secrets or document text. */
export type Log = (
  level: 'error' | 'warn' | 'info' | 'debug',
  message: string,
  fields?: Readonly<Record<string, unknown>>,
) => void;

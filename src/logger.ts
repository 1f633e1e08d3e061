import { type Level, pino } from 'pino';

/** Writes one structured line; `error` values are reduced to their message and code. */
export type Logger = (
  level: 'error' | 'warn' | 'info' | 'debug',
  message: string,
  fields?: Readonly<Record<string, unknown>>,
) => void;

/** A logger to stderr (stdout belongs to results and protocols). Levels: silent, error, warn, info, debug. */
export function createLogger(level: Level | 'silent'): Logger {
  const logger = pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: 2, sync: true }),
  );
  return (severity, message, fields = {}) => logger[severity](reduceErrors(fields), message);
}

function reduceErrors(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      value instanceof Error ? `${value.name}: ${value.message}` : value,
    ]),
  );
}

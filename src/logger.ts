import { type Level, pino } from 'pino';
import { printable } from './edges/cli/terminal.js';

/** Writes one structured line; `error` values are reduced to their message and code. */
export type Logger = (
  level: 'error' | 'warn' | 'info' | 'debug',
  message: string,
  fields?: Readonly<Record<string, unknown>>,
) => void;

/**
 * A logger to stderr (stdout belongs to results and protocols). Levels: silent, error, warn, info, debug.
 * On a terminal a line is for people, else it is JSON.
 */
export function createLogger(level: Level | 'silent'): Logger {
  if (process.stderr.isTTY) return createTerminalLogger(level);
  const logger = pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: 2, sync: true }),
  );
  return (severity, message, fields = {}) => logger[severity](reduceErrors(fields), message);
}

function createTerminalLogger(level: Level | 'silent'): Logger {
  const order = ['silent', 'error', 'warn', 'info', 'debug'];
  return (severity, message, fields = {}) => {
    if (order.indexOf(severity) > order.indexOf(level)) return;
    const told = Object.entries(reduceErrors(fields)).map(
      ([key, value]) => `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`,
    );
    process.stderr.write(`${printable([severity, message, ...told].join('  '))}\n`);
  };
}

function reduceErrors(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      value instanceof Error ? `${value.name}: ${value.message}` : value,
    ]),
  );
}

import { createRequire } from 'node:module';
import type * as Pino from 'pino';
import { printable } from './edges/cli/terminal.js';

/** From nothing to everything. */
const LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const;
type LogLevel = (typeof LEVELS)[number];
type Writer = (...line: Required<Parameters<Logger>>) => void;

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
export function createLogger(level: LogLevel): Logger {
  const write = process.stderr.isTTY ? writeForPeople : createJsonWriter();
  return (severity, message, fields = {}) => {
    if (LEVELS.indexOf(severity) <= LEVELS.indexOf(level)) write(severity, message, fields);
  };
}

/** pino is loaded with the first line, which most commands never write; it is CommonJS, so a line need not wait for it. */
function createJsonWriter(): Writer {
  let logger: Pino.Logger | undefined;
  return (severity, message, fields) => {
    logger ??= openPino();
    logger[severity](reduceErrors(fields), message);
  };
}

function openPino(): Pino.Logger {
  const { pino }: typeof Pino = createRequire(import.meta.url)('pino');
  return pino(
    { level: 'debug', base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: 2, sync: true }),
  );
}

const writeForPeople: Writer = (severity, message, fields) => {
  const told = Object.entries(reduceErrors(fields)).map(
    ([key, value]) => `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  process.stderr.write(`${printable([severity, message, ...told].join('  '))}\n`);
};

function reduceErrors(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      value instanceof Error ? `${value.name}: ${value.message}` : value,
    ]),
  );
}

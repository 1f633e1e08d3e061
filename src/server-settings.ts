import { z } from 'zod';
import type { Config } from './config/schema.js';
import { QuarryError } from './core/errors.js';
import type { Terminal } from './edges/cli/terminal.js';

/** What the server commands need. */
export interface ServerCommandParts {
  readonly version: string;
  /** Fires on Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
  readonly terminal: Terminal;
}

/** A server as the command line asks for it. */
export interface ServerRequest {
  readonly flags: Readonly<Record<string, unknown>>;
  readonly config: Partial<Config>;
}

const Flags = z.object({
  toolsets: z.string().optional(),
  host: z.string().optional(),
  port: z
    .string()
    .regex(/^\d{1,5}$/, 'a port from 0 to 65535')
    .transform(Number)
    .pipe(z.number().max(65_535))
    .optional(),
});

/** The settings that a server command was given. @throws QuarryError INPUT_INVALID */
export function settingsOf({ flags, config }: ServerRequest): Partial<Config> {
  const parsed = Flags.safeParse(flags);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new QuarryError('INPUT_INVALID', `--${String(issue?.path[0])}: ${issue?.message ?? 'not valid'}.`, {
      hint: 'Run the command with --help.',
    });
  }
  const { toolsets, host, port } = parsed.data;
  return {
    ...config,
    ...(toolsets === undefined ? {} : { toolsets: toolsets.split(',').map((name) => name.trim()) }),
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
  };
}

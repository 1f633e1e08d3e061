import type { Config } from './config/schema.js';
import { startHttpServer } from './edges/http/start-http-server.js';
import { openWorkspace } from './open-workspace.js';

import { operations } from './operations/index.js';
import { createServerAccess } from './serve-access.js';
import { type ServerCommandParts, type ServerRequest, settingsOf } from './server-settings.js';
import type { Services } from './services/services.js';

/** Serves over HTTP until the signal fires. */
export async function serveHttp(
  request: ServerRequest,
  { version, signal, terminal }: ServerCommandParts,
): Promise<number> {
  const access = createServerAccess(() => workspace);
  const workspace = await openWorkspace(settingsOf(request), access.shared);
  const { config, services, log, close } = workspace;
  try {
    const settings = config;
    const server = await startHttpServer({ operations, services, access, version, log, settings, port: config.port });
    terminal.stderr.write(
      `Quarry serves ${server.url}: MCP at /mcp, REST at /api/v1, OpenAPI at /openapi.json. Stop with Ctrl-C.\n`,
    );
    const learning = learnOnSchedule(services, config, signal);
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await server.close();
    await learning;
    return 0;
  } finally {
    await access.close();
    await close();
  }
}

/** Learns every so many hours, where that is opted in. */
async function learnOnSchedule(services: Services, config: Config, signal: AbortSignal): Promise<void> {
  const { learnEveryHours, learnBudgetMinutes } = config;
  if (learnEveryHours === 0) return;
  await (await services.learning()).schedule(learnEveryHours, learnBudgetMinutes, signal);
}

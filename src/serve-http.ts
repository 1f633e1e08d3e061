import { loadConfig } from './config/load.js';
import type { Config } from './config/schema.js';
import { protectedResource } from './edges/http/protected-resource.js';
import type { SharedCounts } from './edges/http/shared-counts.js';
import { startHttpServer } from './edges/http/start-http-server.js';
import type { Log } from './edges/log.js';
import { openWorkspace } from './open-workspace.js';
import { operations } from './operations/index.js';
import { type AcceptedTokens, createServerAccess } from './serve-access.js';
import { type ServerCommandParts, type ServerRequest, settingsOf } from './server-settings.js';
import type { Services } from './services/services.js';

/** Serves over HTTP until the signal fires. */
export async function serveHttp(
  request: ServerRequest,
  { version, signal, terminal }: ServerCommandParts,
): Promise<number> {
  const overrides = settingsOf(request);
  const accepted = await acceptedTokens(loadConfig(overrides));
  const access = createServerAccess(() => workspace, accepted);
  const workspace = await openWorkspace(overrides, access.shared);
  const { config, services, log, close } = workspace;
  let counts: SharedCounts | undefined;
  try {
    const settings = config;
    counts = await openCounts(config, log);
    const server = await startHttpServer({
      ...{ operations, services, access, counts, version, log, settings },
      port: config.port,
    });
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
    await counts?.close();
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

/** Tokens that are accepted, where any of their settings is there. @throws QuarryError CONFIG_INVALID */
async function acceptedTokens(config: Config): Promise<AcceptedTokens | undefined> {
  const { oauthIssuer: issuer, oauthAudience: audience, oauthJwksUrl: jwksUrl, oauthScopePrefix: scopePrefix } = config;
  if (`${issuer}${audience}${jwksUrl}` === '') return undefined;
  const { createTokenVerifier } = await import('./access/access-tokens.js');
  const { oauthAlgorithms: algorithms, oauthWorkspaceClaim: workspaceClaim, oauthResource } = config;
  const verifier = createTokenVerifier({ issuer, audience, jwksUrl, algorithms, scopePrefix, workspaceClaim });
  const resource = protectedResource(oauthResource === '' ? audience : oauthResource, { issuer, scopePrefix });
  return { verifier, resource };
}

/** Where requests are counted together with other servers. @throws QuarryError CONFIG_INVALID */
async function openCounts({ redisUrl }: Config, log: Log): Promise<SharedCounts | undefined> {
  if (redisUrl === '') return undefined;
  const { connectSharedCounts } = await import('./edges/http/shared-counts.js');
  return connectSharedCounts(redisUrl, log);
}

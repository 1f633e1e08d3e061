import express, { type Express, Router } from 'express';
import type { JsonObject } from '../../core/types.js';
import type { Operation } from '../../operations/define.js';
import { offeredOperations } from '../../operations/offered.js';
import { mayCall } from '../../operations/scope-of.js';
import type { Services } from '../../services/services.js';
import type { Log } from '../log.js';
import { createTrustedProxies } from './client-address.js';
import { accessLog, type GuardSettings, hostGuard, originGuard, securityHeaders } from './guards.js';
import { createHealthRoutes } from './health-routes.js';
import { keyGuard } from './key-guard.js';
import { createMcpMount } from './mcp-mount.js';
import { describeApi } from './openapi.js';
import { createResourceRoutes } from './protected-resource.js';
import { atOnceOf, concurrencyGuard, type RateSettings, rateGuard, windowsOf } from './rate-guards.js';
import { createRateLimiter } from './rate-limiter.js';
import { type RequestCaller, requestCaller, type ServerAccess } from './request-caller.js';
import { API_PREFIX, addMethodGuards, createRestRoutes, refuseRoute } from './rest-routes.js';
import { errorHandler, MCP_PATH, tellDenials } from './send-error.js';
import type { SharedCounts } from './shared-counts.js';

/** Requests without the right key for each client. */
const FAILED_KEYS = [{ name: 'minute', requests: 20, seconds: 60 }];
/** How long a client may send nothing of a body. */
const BODY_IDLE_MS = 10_000;

/** What the HTTP edge is made of. */
export interface HttpAppParts {
  readonly operations: readonly Operation[];
  /** The workspace that the server has open. */
  readonly services: Services;
  /** Keys and the workspaces that they are for. Default: none but the owner's key. */
  readonly access?: ServerAccess;
  readonly version: string;
  readonly log: Log;
  readonly settings: GuardSettings &
    RateSettings & {
      readonly toolsets: readonly string[];
      readonly maxBodyBytes: number;
      /** Addresses and networks of proxies whose `X-Forwarded-For` counts. Default: none. */
      readonly trustedProxies?: readonly string[];
    };
  /** Where several servers count requests together. Default: each by itself. */
  readonly counts?: SharedCounts | undefined;
  /** How long a client may send nothing of a body. Default 10 s. */
  readonly bodyIdleMs?: number;
  /** Fires when the server will wait no longer for calls under way. */
  readonly stopping?: AbortSignal;
}

/**
 * REST, OpenAPI, MCP and health on one Express app. Every request, whatever its path, passes in turn: naming and the log,
 * security headers, the Host guard, the Origin guard; then health is answered, and how to get a token, whoever asks and however often; everything
 * else passes the key and the rate limit before it is routed.
 * @throws QuarryError CONFIG_INVALID for an unknown toolset or what is no address of a proxy
 */
export function createHttpApp(parts: HttpAppParts): Express {
  const { operations, services, version, log, settings } = parts;
  const elapsedMs = (): number => services.context.clock.elapsedMs();
  const stopping = parts.stopping ?? new AbortController().signal;
  const { toolsets } = settings;
  const offered = offeredOperations(operations, toolsets);
  const bodies = { maxBodyBytes: settings.maxBodyBytes, bodyIdleMs: parts.bodyIdleMs ?? BODY_IDLE_MS };
  const app = express();
  app.disable('x-powered-by').disable('etag').enable('case sensitive routing').set('query parser', false);
  const proxies = createTrustedProxies(settings.trustedProxies ?? []);
  app.use(accessLog(log, proxies, elapsedMs), securityHeaders, hostGuard(settings), originGuard(settings));
  app.use(createHealthRoutes(services, log));
  const resource = parts.access?.tokens?.resource;
  if (resource !== undefined) app.use(createResourceRoutes(resource, offered));
  const shared = parts.counts;
  const failures = createRateLimiter({ name: 'refused', windows: FAILED_KEYS, shared });
  app.use(keyGuard({ apiKey: settings.apiKey, access: parts.access, services, failures }));
  app.use(concurrencyGuard(atOnceOf(settings)));
  const windows = windowsOf(settings);
  if (windows.length > 0) app.use(rateGuard(createRateLimiter({ name: 'requests', windows, shared })));
  app.use(createIndexRoutes(parts, offered));
  app.use(MCP_PATH, createMcpMount({ operations, services, version, log, toolsets, stopping, ...bodies }));
  app.use(API_PREFIX, createRestRoutes({ operations, offered, services, stopping, ...bodies }));
  app.use(refuseRoute, tellDenials(parts.access), errorHandler(log));
  return app;
}

/** `/` says what this is, `/openapi.json` what it offers. */
function createIndexRoutes({ version, settings, services }: HttpAppParts, offered: readonly Operation[]): Router {
  const router = Router({ caseSensitive: true });
  const documents = new Map<string, JsonObject>();
  // What a caller may not call is not shown to him; callers with the same scopes see the same.
  const documentFor = ({ origin: { identity } }: RequestCaller): JsonObject => {
    const hasKey = identity.kind !== 'anonymous';
    const shown = offered.filter((operation) => mayCall(identity, operation));
    const kind = [hasKey, ...shown.map(({ name }) => name)].join();
    const document = documents.get(kind) ?? describeApi(shown, { version, hasKey });
    documents.set(kind, document);
    return document;
  };
  router.get('/', (_request, response) => {
    const { toolsets } = settings;
    response.json({ name: 'quarry', version, api: API_PREFIX, openapi: '/openapi.json', mcp: MCP_PATH, toolsets });
  });
  router.get('/openapi.json', (_request, response) => {
    response.json(documentFor(requestCaller(response, services)));
  });
  addMethodGuards(router, [
    { path: '/', method: 'GET' },
    { path: '/openapi.json', method: 'GET' },
  ]);
  return router;
}

import express, { type Express, Router } from 'express';
import type { Operation } from '../../operations/define.js';
import { offeredOperations } from '../../operations/offered.js';
import type { Services } from '../../services/services.js';
import type { Log } from '../log.js';
import { createTrustedProxies } from './client-address.js';
import {
  auditLog,
  bearerGuard,
  type GuardSettings,
  hostGuard,
  originGuard,
  rateGuard,
  securityHeaders,
} from './guards.js';
import { createHealthRoutes } from './health-routes.js';
import { isLoopbackHost } from './loopback.js';
import { createMcpMount } from './mcp-mount.js';
import { describeApi } from './openapi.js';
import { createRateLimiter } from './rate-limiter.js';
import { API_PREFIX, addMethodGuards, createRestRoutes, refuseRoute } from './rest-routes.js';
import { errorHandler, MCP_PATH } from './send-error.js';

/** Requests a minute for each client where other machines can reach the server. */
const DEFAULT_RATE_LIMIT = 600;
/** Requests a minute without the right key for each client, and how many at once. */
const FAILED_KEYS = { perMinute: 20, burst: 20 };
/** How long a client may send nothing of a body. */
const BODY_IDLE_MS = 10_000;

/** What the HTTP edge is made of. */
export interface HttpAppParts {
  readonly operations: readonly Operation[];
  readonly services: Services;
  readonly version: string;
  readonly log: Log;
  readonly settings: GuardSettings & {
    readonly toolsets: readonly string[];
    readonly maxBodyBytes: number;
    /** Requests a minute for each client; 0: no limit on loopback, 600 elsewhere. */
    readonly rateLimit: number;
    /** Addresses and networks of proxies whose `X-Forwarded-For` counts. Default: none. */
    readonly trustedProxies?: readonly string[];
  };
  /** How long a client may send nothing of a body. Default 10 s. */
  readonly bodyIdleMs?: number;
  /** Fires when the server will wait no longer for calls under way. */
  readonly stopping?: AbortSignal;
}

/**
 * REST, OpenAPI, MCP and health on one Express app. Every request, whatever its path, passes in turn: naming and audit,
 * security headers, the Host guard, the Origin guard; then health is answered, whoever asks and however often; everything
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
  app.use(auditLog(log, proxies, elapsedMs), securityHeaders, hostGuard(settings), originGuard(settings));
  app.use(createHealthRoutes(services, log));
  app.use(bearerGuard(settings, createRateLimiter(FAILED_KEYS, elapsedMs)));
  const perMinute = settings.rateLimit > 0 || isLoopbackHost(settings.host) ? settings.rateLimit : DEFAULT_RATE_LIMIT;
  if (perMinute > 0) app.use(rateGuard(createRateLimiter({ perMinute }, elapsedMs)));
  app.use(createIndexRoutes(parts, offered));
  app.use(MCP_PATH, createMcpMount({ operations, services, version, log, toolsets, stopping, ...bodies }));
  app.use(API_PREFIX, createRestRoutes({ operations, offered, services, stopping, ...bodies }));
  app.use(refuseRoute, errorHandler(log));
  return app;
}

/** `/` says what this is, `/openapi.json` what it offers. */
function createIndexRoutes({ version, settings }: HttpAppParts, offered: readonly Operation[]): Router {
  const router = Router({ caseSensitive: true });
  const api = describeApi(offered, { version, hasKey: settings.apiKey !== '' });
  router.get('/', (_request, response) => {
    const { toolsets } = settings;
    response.json({ name: 'quarry', version, api: API_PREFIX, openapi: '/openapi.json', mcp: MCP_PATH, toolsets });
  });
  router.get('/openapi.json', (_request, response) => {
    response.json(api);
  });
  addMethodGuards(router, [
    { path: '/', method: 'GET' },
    { path: '/openapi.json', method: 'GET' },
  ]);
  return router;
}

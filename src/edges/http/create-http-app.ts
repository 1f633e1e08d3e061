import express, { type Express, Router } from 'express';
import type { Operation } from '../../operations/define.js';
import { offeredOperations } from '../../operations/offered.js';
import type { Services } from '../../services/services.js';
import type { Log } from '../log.js';
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
  };
  /** Fires when the server will wait no longer for calls under way. */
  readonly stopping?: AbortSignal;
}

/**
 * REST, OpenAPI, MCP and health on one Express app. Every request, whatever its path, passes in turn: naming and audit,
 * security headers, the Host guard, the Origin guard, the key, the rate limit; only then is it routed.
 * @throws QuarryError CONFIG_INVALID for an unknown toolset
 */
export function createHttpApp(parts: HttpAppParts): Express {
  const { operations, services, version, log, settings } = parts;
  const elapsedMs = (): number => services.context.clock.elapsedMs();
  const stopping = parts.stopping ?? new AbortController().signal;
  const { maxBodyBytes, toolsets } = settings;
  const offered = offeredOperations(operations, toolsets);
  const app = express();
  app.disable('x-powered-by').disable('etag').enable('case sensitive routing').set('query parser', false);
  app.use(auditLog(log, elapsedMs), securityHeaders, hostGuard(settings), originGuard(settings), bearerGuard(settings));
  const perMinute = settings.rateLimit > 0 || isLoopbackHost(settings.host) ? settings.rateLimit : DEFAULT_RATE_LIMIT;
  if (perMinute > 0) app.use(rateGuard(createRateLimiter({ perMinute }, elapsedMs)));
  app.use(createHealthRoutes(services, log));
  app.use(createIndexRoutes(parts, offered));
  app.use(MCP_PATH, createMcpMount({ operations, services, version, log, toolsets, maxBodyBytes, stopping }));
  app.use(API_PREFIX, createRestRoutes({ operations, offered, services, maxBodyBytes, stopping }));
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

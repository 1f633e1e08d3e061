import { type Request, type RequestHandler, type Response, Router } from 'express';
import { QuarryError } from '../../core/errors.js';
import { DEFAULT_INPUT_BYTES, type Operation } from '../../operations/define.js';
import { notOffered } from '../../operations/offered.js';
import { mayCall, scopeMissing } from '../../operations/scope-of.js';
import type { Services } from '../../services/services.js';
import { readBody } from './read-body.js';
import { factsOf, requestCaller } from './request-caller.js';
import { gatherInput } from './request-input.js';

/** Where the operations are mounted. */
export const API_PREFIX = '/api/v1';

/** What the REST routes need. */
export interface RestParts {
  /** The whole registry, so that what is not on offer can be told from what there is not. */
  readonly operations: readonly Operation[];
  readonly offered: readonly Operation[];
  readonly services: Services;
  /** What no operation's own limit goes beyond. */
  readonly maxBodyBytes: number;
  /** How long a client may send nothing of a body. */
  readonly bodyIdleMs: number;
  /** Fires when the server stops and will wait no longer. */
  readonly stopping: AbortSignal;
}

/** One route for each operation on offer, and an honest 405 for the other methods of its path. */
export function createRestRoutes(parts: RestParts): Router {
  const router = Router({ caseSensitive: true });
  const sorted = [...parts.operations].sort((a, b) => comparePaths(a.http.path, b.http.path));
  for (const operation of sorted) {
    // Not under its method alone, or OPTIONS would be answered with it.
    if (!parts.offered.includes(operation)) router.all(operation.http.path, refuse(operation));
    else addRoute(router, operation, parts);
  }
  addMethodGuards(
    router,
    sorted
      .filter((operation) => parts.offered.includes(operation))
      .map(({ http }) => ({ path: http.path, method: http.method })),
  );
  return router;
}

function addRoute(router: Router, operation: Operation, parts: RestParts): void {
  const maxBytes = Math.min(parts.maxBodyBytes, operation.maxInputBytes ?? DEFAULT_INPUT_BYTES);
  const read = readBody({ maxBytes, idleMs: parts.bodyIdleMs });
  router[methodOf(operation)](
    operation.http.path,
    nameOperation(operation),
    requireScope(operation, parts),
    read,
    runOperation(operation, parts),
  );
}

/** Answers `OPTIONS` with the methods of a path, and refuses every other method than these. */
export function addMethodGuards(
  router: Router,
  routes: readonly { readonly path: string; readonly method: string }[],
): void {
  for (const path of new Set(routes.map((route) => route.path))) {
    const own = routes.filter((route) => route.path === path).map((route) => route.method);
    const methods = [...new Set([...own, ...(own.includes('GET') ? ['HEAD'] : []), 'OPTIONS'])];
    router.all(path, refuseMethod(methods));
  }
}

/** @param methods those of the path, `OPTIONS` included */
function refuseMethod(methods: readonly string[]): RequestHandler {
  return (request, response, next) => {
    response.set('Allow', methods.join(', '));
    if (request.method === 'OPTIONS') {
      response.status(204).end();
      return;
    }
    next(
      new QuarryError('METHOD_NOT_ALLOWED', `${request.method} is not a method of this path.`, {
        hint: `Use ${methods.join(', ')}.`,
      }),
    );
  };
}

/** An unknown path. */
export function refuseRoute(request: Request, _response: Response, next: (error: QuarryError) => void): void {
  next(
    new QuarryError('ROUTE_NOT_FOUND', `There is nothing at ${JSON.stringify(request.path.slice(0, 300))}.`, {
      hint: 'GET /openapi.json describes every path; MCP clients connect to /mcp.',
    }),
  );
}

/** An operation of a toolset that this server does not offer; other methods of its path are somebody else's. */
function refuse(operation: Operation): RequestHandler {
  const { method } = operation.http;
  const own: readonly string[] = method === 'GET' ? [method, 'HEAD'] : [method];
  return (request, response, next) => {
    if (!own.includes(request.method)) {
      next('route');
      return;
    }
    response.locals['operation'] = operation.name;
    next(notOffered(operation));
  };
}

/** For the log, also of requests whose body is refused. */
function nameOperation(operation: Operation): RequestHandler {
  return (_request, response, next) => {
    response.locals['operation'] = operation.name;
    next();
  };
}

/** Before the body is read, for nobody need send what will be refused. */
function requireScope(operation: Operation, parts: RestParts): RequestHandler {
  return (_request, response, next) => {
    const { identity } = requestCaller(response, parts.services).origin;
    next(mayCall(identity, operation) ? undefined : scopeMissing(identity, operation));
  };
}

function runOperation(operation: Operation, parts: RestParts): RequestHandler {
  return async (request, response) => {
    const signal = AbortSignal.any([disconnectSignal(response), parts.stopping]);
    const input = await gatherInput(request, operation);
    const { services, origin, countedAs } = requestCaller(response, parts.services);
    factsOf(response).isHandedOver = true;
    const { output, text } = await operation.execute(
      { services, door: 'rest', caller: countedAs, origin, signal, report: () => undefined },
      input,
    );
    if (response.destroyed) return;
    response.status(operation.http.status ?? 200);
    if (request.accepts(['application/json', 'text/plain']) === 'text/plain') response.type('text/plain').send(text);
    else response.json(output);
  };
}

/** Fires when the client goes away before the answer. */
export function disconnectSignal(response: Response): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}

function methodOf(operation: Operation): 'get' | 'post' | 'patch' | 'delete' {
  const names = { GET: 'get', POST: 'post', PATCH: 'patch', DELETE: 'delete' } as const;
  return names[operation.http.method];
}

/** Fixed segments before parameters, so that `/notes/stats` is not read as a note called `stats`. */
function comparePaths(a: string, b: string): number {
  const rank = (path: string): string =>
    path
      .split('/')
      .map((part) => (part.startsWith(':') ? '1' : '0'))
      .join('');
  return rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0;
}

import { Router } from 'express';
import type { Services } from '../../services/services.js';
import { toEdgeError } from '../edge-error.js';
import type { Log } from '../log.js';
import { addMethodGuards } from './rest-routes.js';

/** How long one look at the store and the model answers for, so that asking often costs nothing. */
const READY_MS = 1_000;

/** `/healthz`: the process answers. `/readyz`: the store can be read and the model loads; only the log says why not. */
export function createHealthRoutes(services: Services, log: Log): Router {
  const router = Router({ caseSensitive: true });
  router.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  const whyNotReady = createReadiness(services, log);
  router.get('/readyz', async (_request, response) => {
    const code = await whyNotReady();
    if (code === undefined) response.json({ status: 'ready' });
    else response.status(503).set('Retry-After', '5').json({ status: 'not ready', code });
  });
  addMethodGuards(router, [
    { path: '/healthz', method: 'GET' },
    { path: '/readyz', method: 'GET' },
  ]);
  return router;
}

/** Gives the code of what is wrong, if anything is; looks once however many ask at once, and again when a second has passed. */
function createReadiness(services: Services, log: Log): () => Promise<string | undefined> {
  const { clock } = services.context;
  let last: { readonly at: number; readonly code: Promise<string | undefined> } | undefined;
  const look = async (): Promise<string | undefined> => {
    try {
      await Promise.all([services.collections.list(), services.context.embedder()]);
      return undefined;
    } catch (thrown) {
      const error = toEdgeError(thrown);
      log('warn', 'not ready', { code: error.code, message: error.message });
      return error.code;
    }
  };
  let isLooking = false;
  return async () => {
    const isStale = last === undefined || clock.elapsedMs() - last.at >= READY_MS;
    if (last !== undefined && (isLooking || !isStale)) return last.code;
    isLooking = true;
    const code = look().finally(() => {
      isLooking = false;
    });
    last = { at: clock.elapsedMs(), code };
    return code;
  };
}

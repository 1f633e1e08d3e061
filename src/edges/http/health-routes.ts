import { Router } from 'express';
import type { Services } from '../../services/services.js';
import { toEdgeError } from '../edge-error.js';
import type { Log } from '../log.js';
import { addMethodGuards } from './rest-routes.js';

/** `/healthz`: the process answers. `/readyz`: the store can be read and the model loads; only the log says why not. */
export function createHealthRoutes(services: Services, log: Log): Router {
  const router = Router({ caseSensitive: true });
  router.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  router.get('/readyz', async (_request, response) => {
    try {
      await Promise.all([services.collections.list(), services.context.embedder()]);
      response.json({ status: 'ready' });
    } catch (thrown) {
      const error = toEdgeError(thrown);
      log('warn', 'not ready', { code: error.code, message: error.message });
      response.status(503).set('Retry-After', '5').json({ status: 'not ready', code: error.code });
    }
  });
  addMethodGuards(router, [
    { path: '/healthz', method: 'GET' },
    { path: '/readyz', method: 'GET' },
  ]);
  return router;
}

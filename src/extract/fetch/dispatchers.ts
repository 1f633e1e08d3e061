import { isIP } from 'node:net';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import { QuarryError } from '../../core/errors.js';
import { createGuardedConnector, type ResolveHost, resolveAllowed } from './guarded-connector.js';

/** What decides how connections are made. */
export interface ConnectionSettings {
  readonly allowPrivateNetwork: boolean;
  readonly resolve: ResolveHost;
  readonly idleTimeoutMs: number;
  /** Empty for none. */
  readonly proxy: string;
}

/** The pool that requests go through. */
export interface Dispatchers {
  readonly current: Dispatcher;
  /**
   * Behind a proxy nothing can be checked at connect time, because the proxy connects. What can be known here is: a
   * name that this machine resolves to refused addresses only is refused. @throws QuarryError URL_BLOCKED
   */
  checkProxied(url: URL): Promise<void>;
  close(): Promise<void>;
}

/** Makes the guarded pool, or the one behind a proxy. @throws QuarryError CONFIG_INVALID */
export function createDispatchers(settings: ConnectionSettings): Dispatchers {
  const guard = { ...settings, connectTimeoutMs: settings.idleTimeoutMs };
  const current = settings.proxy === '' ? directPool(guard) : proxyPool(settings.proxy);
  return {
    current,
    checkProxied: async (url) => {
      const host = url.hostname.replace(/^\[|\]$/g, '');
      // A literal address was judged with the URL; the direct pool judges when it connects.
      if (settings.proxy === '' || isIP(host) !== 0) return;
      try {
        await resolveAllowed(host, guard);
      } catch (error) {
        if (error instanceof QuarryError && error.code === 'URL_BLOCKED') throw error;
        // Names that only the proxy can resolve are its business.
      }
    },
    close: () => current.destroy(),
  };
}

const POOL = { connections: 16, keepAliveTimeout: 4000, maxHeaderSize: 32 * 1024 } as const;

function directPool(guard: Parameters<typeof createGuardedConnector>[0]): Dispatcher {
  return new Agent({ ...POOL, connect: createGuardedConnector(guard) });
}

function proxyPool(proxy: string): Dispatcher {
  if (URL.canParse(proxy) && /^https?:/.test(proxy)) return new ProxyAgent({ ...POOL, uri: proxy });
  throw new QuarryError('CONFIG_INVALID', 'The proxy is not an http:// or https:// address.', {
    hint: 'Set QUARRY_PROXY to something like http://proxy.example:3128, or leave it empty.',
  });
}

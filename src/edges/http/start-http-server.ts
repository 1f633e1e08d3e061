import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ANONYMOUS } from '../../core/access/identity.js';
import { QuarryError, systemCode } from '../../core/errors.js';
import { createTrustedProxies, plainAddress } from './client-address.js';
import { createHttpApp, type HttpAppParts } from './create-http-app.js';
import { guardSockets, SOCKET_LIMITS, type SocketLimits, serverOptions } from './guard-sockets.js';
import { isLoopbackHost } from './loopback.js';

/** Shortest key that is accepted; shorter ones can be guessed. */
const MIN_KEY_CHARACTERS = 16;
/** How long a refused client may take to read its answer. */
const LINGER_MS = 1_000;

/** What a running server needs besides its app. */
export interface HttpServerParts extends Omit<HttpAppParts, 'stopping'> {
  /** 0 takes a free one. */
  readonly port: number;
  /** How long `close` waits for requests under way. Default 10 s. */
  readonly drainMs?: number;
  /** What differs from the usual limits of sockets. */
  readonly sockets?: Partial<SocketLimits>;
}

/** A listening server. */
export interface RunningServer {
  /** Address for clients on this machine, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Stops accepting, lets requests under way finish, cancels those that take too long. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Starts the HTTP edge.
 * @throws QuarryError CONFIG_INVALID when it would be reachable from other machines without a key, when the key is too
 *   short, or when the address cannot be listened on
 */
export async function startHttpServer(parts: HttpServerParts): Promise<RunningServer> {
  const { settings, port, drainMs = 10_000 } = parts;
  await checkKey(settings, parts.access);
  const stopping = new AbortController();
  const limits = { ...SOCKET_LIMITS, ...parts.sockets };
  const server = createServer(serverOptions(limits), createHttpApp({ ...parts, stopping: stopping.signal }));
  const proxies = createTrustedProxies(settings.trustedProxies ?? []);
  const { clock } = parts.services.context;
  guardSockets(server, { limits, isTrusted: proxies.has, elapsedMs: () => clock.elapsedMs() });
  const drained = watchRequests(server);
  server.on('clientError', (error: Error, socket: Socket) => {
    if (systemCode(error) === 'ERR_HTTP_REQUEST_TIMEOUT') void tellUnfinished(socket, parts.access);
    answerUnreadable(error, socket);
  });
  await listen(server, settings.host, port);
  // A TCP server's address is an object once it listens.
  const address = server.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  return {
    url: `http://${hostInUrl(settings.host)}:${address.port}`,
    port: address.port,
    close: () => {
      closing ??= closeServer(server, { drained, stopping, drainMs });
      return closing;
    },
  };
}

async function checkKey({ host, apiKey }: HttpAppParts['settings'], access: HttpAppParts['access']): Promise<void> {
  if (apiKey !== '' && apiKey.length < MIN_KEY_CHARACTERS) {
    throw new QuarryError('CONFIG_INVALID', `QUARRY_API_KEY has fewer than ${MIN_KEY_CHARACTERS} characters.`, {
      hint: 'Make one with: openssl rand -hex 32',
    });
  }
  if (apiKey !== '' || isLoopbackHost(host) || (await access?.isInUse()) === true) return;
  throw new QuarryError(
    'CONFIG_INVALID',
    `Listening on ${host} would open the knowledge to other machines without a key.`,
    {
      hint: 'Make a key with quarry key create, or set QUARRY_API_KEY (at least 16 characters; openssl rand -hex 32 makes one), or listen on 127.0.0.1.',
    },
  );
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  server.listen(port, host.replace(/^\[(.*)\]$/, '$1'));
  try {
    await once(server, 'listening');
  } catch (error) {
    const code = systemCode(error) ?? 'an unknown error';
    throw new QuarryError('CONFIG_INVALID', `Cannot listen on ${host}:${port} (${code}).`, {
      hint:
        code === 'EADDRINUSE'
          ? 'Another program, perhaps another Quarry, has the port. Choose another with QUARRY_PORT or --port.'
          : 'Choose another address or port with QUARRY_HOST and QUARRY_PORT.',
      cause: error,
    });
  }
}

/** Counts requests under way; the function given back resolves when there is none. */
function watchRequests(server: Server): () => Promise<void> {
  let count = 0;
  const idle: (() => void)[] = [];
  server.on('request', (_request, response) => {
    count += 1;
    response.once('close', () => {
      count -= 1;
      if (count === 0) for (const resolve of idle.splice(0)) resolve();
    });
  });
  return async () => {
    if (count > 0) await new Promise<void>((resolve) => idle.push(resolve));
  };
}

async function closeServer(
  server: Server,
  {
    drained,
    stopping,
    drainMs,
  }: { drained(): Promise<void>; readonly stopping: AbortController; readonly drainMs: number },
): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const over = new AbortController();
  const late = sleep(drainMs, undefined, { signal: over.signal }).catch(() => undefined); // Everything was answered in time.
  await Promise.race([drained(), late]);
  over.abort();
  stopping.abort();
  // Clients keep connections open for later, some before they ever asked anything.
  server.closeAllConnections();
  await closed;
}

/** A client that never finished its request is refused like others. */
async function tellUnfinished(socket: Socket, access: HttpAppParts['access']): Promise<void> {
  const address = plainAddress(socket.remoteAddress ?? '') ?? '';
  const origin = { identity: ANONYMOUS, address, requestId: '' };
  await access?.denied({ code: 'REQUEST_TIMEOUT', door: 'rest', origin, operation: '', path: '', keyId: '' });
}

/** What is no HTTP at all, or never became a whole request, is answered in the same form as everything else. */
function answerUnreadable(error: Error, socket: Socket): void {
  if (!socket.writable || systemCode(error) === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const { status, report } = describeUnreadable(systemCode(error));
  const body = JSON.stringify({ error: report.toReport() });
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
  // A client that neither reads nor closes shall not keep its socket.
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(timer));
}

function describeUnreadable(code: string | undefined): { readonly status: string; readonly report: QuarryError } {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return {
        status: '431 Request Header Fields Too Large',
        report: new QuarryError('INPUT_INVALID', 'The request headers are too large.', {
          hint: 'Move long values from the address into a JSON body.',
        }),
      };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return {
        status: '408 Request Timeout',
        report: new QuarryError('REQUEST_TIMEOUT', 'The request was not complete in time.', {
          hint: 'Send headers and body at once.',
        }),
      };
    default:
      return {
        status: '400 Bad Request',
        report: new QuarryError('INPUT_INVALID', 'The request is not HTTP/1.1.', {
          hint: 'Use an HTTP client; for TLS put a proxy in front.',
        }),
      };
  }
}

function hostInUrl(host: string): string {
  if (host === '' || host === '0.0.0.0') return '127.0.0.1';
  if (host === '::' || host === '[::]') return '[::1]';
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

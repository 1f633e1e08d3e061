import type { Server, ServerOptions } from 'node:http';
import type { Socket } from 'node:net';
import { limitKeyOf, plainAddress } from './client-address.js';

/** How long sockets may take and how many there may be. */
export interface SocketLimits {
  /** For all headers of a request, from its first byte or the connection's beginning. */
  readonly headersMs: number;
  /** For a whole request with its body. */
  readonly requestMs: number;
  /** Between two requests. */
  readonly keepAliveMs: number;
  /** For a client to read some more of its answer. */
  readonly stalledMs: number;
  /** Connections in all. */
  readonly connections: number;
  /** Connections of one address (IPv6: of one network), trusted proxies excepted. */
  readonly perAddress: number;
  /** A connection that has waited for a request so long gives way to a new one where there are too many. */
  readonly idleMs: number;
}

/** What a server allows by default. */
export const SOCKET_LIMITS: SocketLimits = {
  headersMs: 15_000,
  requestMs: 120_000,
  keepAliveMs: 10_000,
  stalledMs: 60_000,
  connections: 1_024,
  perAddress: 512,
  idleMs: 1_000,
};

/** Header lines of one request that are read. */
const MAX_HEADERS = 100;
/** How often connections are looked over for those that take too long. */
const CHECK_MS = 1_000;

/** The part of the limits that Node's own server keeps. */
export function serverOptions(limits: SocketLimits): ServerOptions {
  return {
    headersTimeout: Math.min(limits.headersMs, limits.requestMs),
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: Math.min(CHECK_MS, limits.headersMs, limits.requestMs),
  };
}

interface Connection {
  readonly key: string;
  /** Requests that are being answered. */
  busy: number;
  /** Since when no request is. */
  idleSince: number;
}

/** What {@link guardSockets} needs besides the server. */
export interface SocketGuardParts {
  readonly limits: SocketLimits;
  isTrusted(address: string): boolean;
  elapsedMs(): number;
}

/**
 * Closes sockets that read nothing of their answer, and connections beyond the limits: an idle one makes room for a new
 * one, and where all are at work the new one is closed.
 */
export function guardSockets(server: Server, { limits, isTrusted, elapsedMs }: SocketGuardParts): void {
  const open = new Map<Socket, Connection>();
  server.maxHeadersCount = MAX_HEADERS;
  // A timeout without output that waits is no fault: some answers take long to make.
  server.setTimeout(limits.stalledMs, (socket: Socket) => {
    if (socket.writableLength > 0) socket.destroy();
  });
  server.on('connection', (socket: Socket) => {
    const address = plainAddress(socket.remoteAddress ?? '') ?? '';
    const key = isTrusted(address) ? '' : limitKeyOf(address);
    const own = key === '' ? [] : [...open].filter(([, connection]) => connection.key === key);
    const isCrowded = own.length >= limits.perAddress;
    if (isCrowded || open.size >= limits.connections) {
      const now = elapsedMs();
      const idle = (isCrowded ? own : [...open]).find(
        ([, { busy, idleSince }]) => busy === 0 && now - idleSince >= limits.idleMs,
      );
      if (idle === undefined) {
        socket.destroy();
        return;
      }
      open.delete(idle[0]);
      idle[0].destroy();
    }
    open.set(socket, { key, busy: 0, idleSince: elapsedMs() });
    socket.once('close', () => open.delete(socket));
  });
  server.on('request', ({ socket }, response) => {
    const connection = open.get(socket);
    if (connection === undefined) return;
    connection.busy += 1;
    response.once('close', () => {
      connection.busy -= 1;
      connection.idleSince = elapsedMs();
    });
  });
}

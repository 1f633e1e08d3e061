import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { ANONYMOUS, type Identity } from '../../core/access/identity.js';
import { QuarryError } from '../../core/errors.js';
import type { Log } from '../log.js';
import { clientAddress, limitKeyOf, type TrustedProxies } from './client-address.js';
import { bareHost, isLoopbackHost, isWildcardHost } from './loopback.js';
import { factsOf } from './request-caller.js';

/** What the guards are set by. */
export interface GuardSettings {
  /** Address the server listens on. */
  readonly host: string;
  /** Names besides loopback, each with or without a port. */
  readonly allowedHosts: readonly string[];
  /** Web origins that may call besides the server's own pages. */
  readonly allowedOrigins: readonly string[];
  /** Bearer key; empty for none. */
  readonly apiKey: string;
}

/**
 * Names the request (taking over a caller's sane `X-Request-Id`) and its client, and writes one line per answer: never
 * keys, queries or bodies.
 */
export function accessLog(log: Log, proxies: TrustedProxies, elapsedMs: () => number): RequestHandler {
  return (request, response, next) => {
    const given = request.get('x-request-id') ?? '';
    const id = /^[\w.-]{1,64}$/.test(given) ? given : randomUUID();
    response.locals['requestId'] = id;
    response.set('X-Request-Id', id);
    const began = elapsedMs();
    const client = clientAddress(request, proxies);
    const facts = factsOf(response);
    facts.countedAs = limitKeyOf(client);
    facts.origin = { identity: ANONYMOUS, address: client, requestId: id };
    // Taken now: routers cut the path, and a closed socket has no address.
    const about = {
      requestId: id,
      method: request.method,
      path: request.path.slice(0, 300),
      client,
    };
    response.once('close', () => {
      log('info', 'http', {
        ...about,
        status: response.writableFinished ? response.statusCode : 499,
        ms: Math.round(elapsedMs() - began),
        operation: response.locals['operation'],
        code: response.locals['code'],
        ...keyIn(facts.origin.identity),
      });
    });
    next();
  };
}

/** The id of the key, or whom a token names, for the log. */
function keyIn({ kind, id }: Identity): { readonly key?: string } {
  return kind === 'key' || kind === 'token' ? { key: id } : {};
}

/** Headers that keep a browser from sniffing, framing, caching or running anything of ours. */
export function securityHeaders(_request: Request, response: Response, next: NextFunction): void {
  response.set({
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cache-Control': 'no-store',
  });
  next();
}

/** Lets through only requests addressed to a known name: the defence against DNS rebinding. */
export function hostGuard(settings: GuardSettings): RequestHandler {
  const names = settings.allowedHosts.map(bareHost);
  if (!isWildcardHost(settings.host)) names.push(bareHost(settings.host));
  return (request, _response, next) => {
    const given = (request.headers.host ?? '').toLowerCase();
    const host = parseHost(given);
    const isKnown =
      host !== undefined && (isLoopbackHost(host) || names.includes(bareHost(host)) || names.includes(given));
    if (isKnown) return next();
    next(
      new QuarryError('HOST_FORBIDDEN', `Requests to the host ${JSON.stringify(given.slice(0, 200))} are refused.`, {
        hint: 'Use a loopback address, or name this host in QUARRY_ALLOWED_HOSTS on the server.',
      }),
    );
  };
}

/** The host of a `Host` header without its port; undefined when it is no host at all. */
function parseHost(header: string): string | undefined {
  if (header === '' || /[\s/\\@?#,]/.test(header)) return undefined;
  try {
    return new URL(`http://${header}`).hostname;
  } catch {
    return undefined; // No host, so a refused one.
  }
}

/**
 * Lets browsers through only from the server's own pages and from the listed origins, and answers their preflights.
 * Programs send no origin and pass.
 */
export function originGuard(settings: GuardSettings): RequestHandler {
  const allowed = settings.allowedOrigins.map(normalOrigin);
  return (request, response, next) => {
    const origin = request.headers.origin;
    if (origin === undefined) return next();
    const isListed = allowed.includes(normalOrigin(origin));
    if (!isListed && !isSameOrigin(origin, request.headers.host)) {
      return next(
        new QuarryError(
          'ORIGIN_FORBIDDEN',
          `Requests from the origin ${JSON.stringify(origin.slice(0, 200))} are refused.`,
          {
            hint: 'Name the origin in QUARRY_ALLOWED_ORIGINS on the server to let its pages call.',
          },
        ),
      );
    }
    response.vary('Origin');
    if (!isListed) return next();
    response.set({
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Expose-Headers': 'X-Request-Id, Retry-After, RateLimit, RateLimit-Policy, WWW-Authenticate',
      'Cross-Origin-Resource-Policy': 'cross-origin',
    });
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) return next();
    response
      .set({
        'Access-Control-Allow-Methods': 'GET, POST, PATCH, DELETE',
        'Access-Control-Allow-Headers':
          'Authorization, Content-Type, Accept, Mcp-Protocol-Version, Mcp-Session-Id, Last-Event-ID, X-Request-Id',
        'Access-Control-Max-Age': '600',
      })
      .status(204)
      .end();
  };
}

function isSameOrigin(origin: string, host: string | undefined): boolean {
  // A proxy in front may speak TLS; the host itself has passed its own guard.
  return (
    host !== undefined &&
    ['http', 'https'].some((scheme) => normalOrigin(origin) === normalOrigin(`${scheme}://${host}`))
  );
}

/** Scheme, host and port in one spelling; what is no origin stays itself and matches nothing. */
function normalOrigin(origin: string): string {
  if (!/^https?:\/\/[^/\s,]+\/?$/i.test(origin)) return `not an origin: ${origin}`;
  try {
    return new URL(origin).origin;
  } catch {
    return `not an origin: ${origin}`; // The caller then refuses it.
  }
}

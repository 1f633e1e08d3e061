import { type Response, Router } from 'express';
import { SCOPES, type Scope } from '../../core/access/scope.js';
import type { ProtectedResource } from '../../core/access/token.js';
import { QuarryError } from '../../core/errors.js';
import type { Operation } from '../../operations/define.js';
import { needOf } from '../../operations/scope-of.js';
import { factsOf } from './request-caller.js';
import { addMethodGuards } from './rest-routes.js';

/** What is wrong with a request, as RFC 6750 names it. */
export interface Challenge {
  readonly error?: 'invalid_token' | 'insufficient_scope';
  readonly description?: string;
  /** Word of the scope that is missing, or `owner`. */
  readonly scope?: string;
}

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

/**
 * @param text address, https or on this machine
 * @throws QuarryError CONFIG_INVALID
 */
export function protectedResource(text: string, about: Omit<ProtectedResource, 'url'>): ProtectedResource {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '')
    return { ...about, url };
  throw new QuarryError('CONFIG_INVALID', 'The address of MCP as clients know it is missing.', {
    hint: 'Set QUARRY_OAUTH_RESOURCE to it, for instance https://quarry.example/mcp; by default QUARRY_OAUTH_AUDIENCE is taken.',
  });
}

/** The metadata at its two places: that of the server, and that with the path of MCP at its end. */
export function createResourceRoutes(resource: ProtectedResource, offered: readonly Operation[]): Router {
  const needs = new Set<string>(offered.map(needOf));
  const metadata = {
    resource: resource.url.href,
    authorization_servers: [resource.issuer],
    scopes_supported: SCOPES.filter((scope) => needs.has(scope)).map((scope) => resource.scopePrefix + scope),
    bearer_methods_supported: ['header'],
    resource_name: 'Quarry',
  };
  const router = Router({ caseSensitive: true });
  const paths = [...new Set([WELL_KNOWN, metadataPath(resource)])].map((path) => path.replace(/[^\w./-]/g, '\\$&'));
  for (const path of paths) router.get(path, (_request, response) => void response.json(metadata));
  addMethodGuards(
    router,
    paths.map((path) => ({ path, method: 'GET' })),
  );
  return router;
}

function metadataPath({ url: { pathname } }: ProtectedResource): string {
  return WELL_KNOWN + (pathname === '/' ? '' : pathname);
}

/** Tells the client what to show, and where it is told how to get it. */
export function setChallenge(response: Response, challenge: Challenge): void {
  const { resource } = factsOf(response);
  const parts = [['realm', 'quarry'], ...(challenge.error === undefined ? [] : [['error', challenge.error]])];
  if (resource === undefined) {
    if (challenge.scope !== undefined) parts.push(['scope', challenge.scope]);
  } else {
    if (challenge.description !== undefined)
      parts.push(['error_description', challenge.description.replace(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, '')]);
    const scopes = scopesToAskFor(response, challenge.scope ?? 'read');
    if (scopes.length > 0) parts.push(['scope', scopes.map((scope) => resource.scopePrefix + scope).join(' ')]);
    parts.push(['resource_metadata', resource.url.origin + metadataPath(resource)]);
  }
  response.set('WWW-Authenticate', `Bearer ${parts.map(([name, value]) => `${name}="${value}"`).join(', ')}`);
}

/** With those that the client has, for a new token takes the place of the old one. */
function scopesToAskFor(response: Response, missing: string): readonly Scope[] {
  const { identity } = factsOf(response).origin;
  if (missing === 'owner') return []; // No token makes anybody the owner.
  return SCOPES.filter((scope) => scope === missing || (identity.kind === 'token' && identity.scopes.includes(scope)));
}

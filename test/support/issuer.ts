import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';

/** What a token shall be, where it differs from a right one. */
export interface TokenWish {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: { readonly alg?: string; readonly kid?: string; readonly typ?: string };
  /** Default: the issuer's own for the algorithm. */
  readonly key?: CryptoKey | Uint8Array;
}

/** An authorization server on loopback. */
export interface Issuer {
  readonly url: string;
  readonly jwksUrl: string;
  readonly audience: string;
  /** Headers of requests for keys so far. */
  readonly asked: IncomingHttpHeaders[];
  /** Scopes that clients asked tokens for. */
  readonly wished: string[];
  /** Signs a token of `sub` alice, for five minutes, with the scope read. */
  token(wish?: TokenWish): Promise<string>;
  /** Answers requests for keys in another way. */
  answerWith(answer: ((response: ServerResponse) => void) | undefined): void;
  /** Claims of all tokens from now on. */
  also(claims: Readonly<Record<string, unknown>>): void;
  close(): Promise<void>;
}

const PAIRS = Promise.all(
  [['rsa', 'RS256'] as const, ['ec', 'ES256'] as const].map(
    async ([kid, alg]) => [kid, { alg, pair: await generateKeyPair(alg, { extractable: true }) }] as const,
  ),
).then((pairs) => new Map(pairs.map(([kid, pair]) => [String(kid), pair])));

/** Starts one for tokens of an audience. It knows the keys `rsa` and `ec`, and gives tokens to clients with credentials. */
export async function startIssuer(audience: () => string): Promise<Issuer> {
  const pairs = await PAIRS;
  const asked: IncomingHttpHeaders[] = [];
  const wished: string[] = [];
  let more: Readonly<Record<string, unknown>> = {};
  let answer: ((response: ServerResponse) => void) | undefined;
  const server = createServer(async (request, response) => {
    const json = (value: unknown): void => {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(value));
    };
    if (request.url === '/keys') {
      asked.push(request.headers);
      if (answer !== undefined) return answer(response);
      const keys = [...pairs].map(async ([kid, { alg, pair }]) => ({
        ...(await exportJWK(pair.publicKey)),
        kid,
        alg,
        use: 'sig',
      }));
      return json({ keys: await Promise.all(keys) });
    }
    if (request.url?.startsWith('/.well-known/')) {
      return json({
        issuer: url,
        authorization_endpoint: `${url}/authorize`,
        token_endpoint: `${url}/token`,
        response_types_supported: ['code'],
        grant_types_supported: ['client_credentials'],
        token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      });
    }
    if (request.url === '/token') {
      let body = '';
      for await (const part of request) body += String(part);
      const scope = new URLSearchParams(body).get('scope') ?? '';
      wished.push(scope);
      return json({ access_token: await token({ claims: { scope } }), token_type: 'Bearer', expires_in: 300, scope });
    }
    response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const token = async ({ claims = {}, header = {}, key }: TokenWish = {}): Promise<string> => {
    const kid = header.kid ?? 'rsa';
    const known = pairs.get(kid) ?? pairs.get('rsa');
    const now = Math.floor(Date.now() / 1000);
    const payload = {
      iss: url,
      aud: audience(),
      sub: 'alice',
      iat: now,
      exp: now + 300,
      scope: 'read',
      ...more,
      ...claims,
    };
    const signed = new SignJWT(payload).setProtectedHeader({ alg: known?.alg ?? 'RS256', kid, ...header });
    const signer = key ?? known?.pair.privateKey;
    if (signer === undefined) throw new RangeError('There is no key to sign with.');
    return signed.sign(signer);
  };
  return {
    url,
    jwksUrl: `${url}/keys`,
    get audience() {
      return audience();
    },
    asked,
    wished,
    token,
    answerWith(next) {
      answer = next;
    },
    also(claims) {
      more = claims;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

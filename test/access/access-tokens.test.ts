import { createHmac, createPublicKey, type JsonWebKey } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { generateKeyPair } from 'jose';
import { createTokenVerifier } from '../../src/access/access-tokens.js';
import type { TokenIssuer } from '../../src/core/access/token.js';
import { type Issuer, startIssuer, type TokenWish } from '../support/issuer.js';

const AUDIENCE = 'https://quarry.example/mcp';
let issuer: Issuer;

beforeEach(async () => {
  issuer = await startIssuer(() => AUDIENCE);
});

afterEach(async () => {
  await issuer.close();
});

const settings = (more: Partial<TokenIssuer> = {}): TokenIssuer => ({
  issuer: issuer.url,
  audience: AUDIENCE,
  jwksUrl: issuer.jwksUrl,
  algorithms: ['RS256', 'ES256'],
  scopePrefix: '',
  workspaceClaim: '',
  ...more,
});

const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a right token', () => {
  test.each(['rsa', 'ec'])('signed with %s says who it is, for how long, and what he may', async (kid) => {
    const exp = inSeconds(60);
    const token = await issuer.token({
      header: { kid, typ: 'at+jwt' },
      claims: { exp, scope: 'openid train read owner' },
    });
    const expiresAt = new Date(exp * 1000).toISOString();
    expect(await createTokenVerifier(settings()).verify(token)).toEqual({
      token: { id: 'sub:alice', scopes: ['read', 'train'], expiresAt },
    });
  });

  test.each([
    ['a list', { scope: undefined, scp: ['q:read', 'write'] }, ['read']],
    ['text', { scope: 'q:write admin q:admins' }, ['write']],
    ['something else', { scope: { 'q:read': true } }, []],
    ['nothing', { scope: undefined }, []],
  ])('may have its scopes as %s', async (_name, claims, scopes) => {
    const { verify } = createTokenVerifier(settings({ scopePrefix: 'q:' }));
    expect(await verify(await issuer.token({ claims }))).toMatchObject({ token: { scopes } });
  });

  test('names its workspace where a claim is for that', async () => {
    const { verify } = createTokenVerifier(settings({ workspaceClaim: 'https://quarry.example/workspace' }));
    const claims = { 'https://quarry.example/workspace': 'team-a' };
    expect(await verify(await issuer.token({ claims }))).toMatchObject({ token: { workspace: 'team-a' } });
    for (const other of [{}, { 'https://quarry.example/workspace': ['team-a'] }])
      expect(await verify(await issuer.token({ claims: other }))).toMatchObject({ refused: expect.any(String) });
  });

  test('cannot pass for the owner, a key or a line of its own', async () => {
    const { verify } = createTokenVerifier(settings());
    for (const sub of ['owner', 'key_0123456789abcdef', 'a\nb', 'x'.repeat(500), 'zoë'])
      expect(await verify(await issuer.token({ claims: { sub } }))).toMatchObject({
        token: { id: expect.stringMatching(/^sub:[\x21-\x7e]{1,128}$/) },
      });
  });
});

describe('a wrong token', () => {
  const wrong: readonly (readonly [string, () => Promise<TokenWish>, RegExp])[] = [
    ['expired', async () => ({ claims: { exp: inSeconds(-60) } }), /expired/],
    ['not valid yet', async () => ({ claims: { nbf: inSeconds(60) } }), /not valid yet/],
    ['for another audience', async () => ({ claims: { aud: 'https://other.example/mcp' } }), /another audience/],
    ['for no audience', async () => ({ claims: { aud: undefined } }), /claim aud/],
    ['of another issuer', async () => ({ claims: { iss: 'https://other.example' } }), /another issuer/],
    ['without an end', async () => ({ claims: { exp: undefined } }), /claim exp/],
    ['of nobody', async () => ({ claims: { sub: undefined } }), /claim sub/],
    ['of an empty name', async () => ({ claims: { sub: '' } }), /names nobody/],
    ['bound to a key', async () => ({ claims: { cnf: { jkt: 'x' } } }), /bound to a key/],
    ['for another end', async () => ({ header: { typ: 'dpop+jwt' } }), /no access token/],
    ['signed with a stranger’s key', async () => ({ key: (await generateKeyPair('RS256')).privateKey }), /not valid/],
    ['signed with an unknown key', async () => ({ header: { kid: 'unknown' } }), /no key of the issuer/],
    [
      'signed as is not accepted',
      async () => ({ header: { alg: 'PS256' }, key: (await generateKeyPair('PS256')).privateKey }),
      /not accepted/,
    ],
    ['too long', async () => ({ claims: { padding: 'x'.repeat(9_000) } }), /too long/],
  ];
  test.each(wrong)('%s', async (_name, wish, message) => {
    const { verify } = createTokenVerifier(settings());
    expect(await verify(await issuer.token(await wish()))).toEqual({ refused: expect.stringMatching(message) });
  });

  test('without a signature, or signed with the public key as a shared secret', async () => {
    const { verify } = createTokenVerifier(settings());
    const [, payload = '', signature = ''] = (await issuer.token()).split('.');
    for (const alg of ['none', 'NONE', 'None'])
      for (const tail of ['', signature])
        expect(await verify(`${encode({ alg, kid: 'rsa' })}.${payload}.${tail}`)).toHaveProperty('refused');
    const { keys } = (await (await fetch(issuer.jwksUrl)).json()) as { keys: JsonWebKey[] }; // As the issuer of the test gives it.
    const [jwk = {}] = keys;
    const pem = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
    for (const alg of ['HS256', 'HS512'])
      for (const secret of [pem, JSON.stringify(jwk)]) {
        const head = `${encode({ alg, kid: 'rsa' })}.${payload}`;
        const mac = createHmac(alg === 'HS256' ? 'sha256' : 'sha512', secret)
          .update(head)
          .digest('base64url');
        expect(await verify(`${head}.${mac}`)).toEqual({ refused: expect.stringMatching(/not accepted/) });
      }
  });

  test('with one letter changed anywhere', async () => {
    const { verify } = createTokenVerifier(settings());
    const token = await issuer.token();
    for (let at = 3; at < token.length - 2; at += 17) {
      const changed = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
      expect(await verify(changed)).toHaveProperty('refused');
    }
  });

  test.each(['', 'a', 'a.b', 'a.b.c', '..', 'e30.e30.e30', `${'x'.repeat(50)}.${'y'.repeat(50)}.`])(
    '%j',
    async (text) => {
      expect(await createTokenVerifier(settings()).verify(text)).toHaveProperty('refused');
    },
  );
});

describe('the keys of the issuer', () => {
  test('are fetched once, with nothing of a token, however many ask at once', async () => {
    const { verify } = createTokenVerifier(settings());
    const token = await issuer.token();
    await Promise.all(Array.from({ length: 50 }, () => verify(token)));
    expect(issuer.asked).toHaveLength(1);
    expect(JSON.stringify(issuer.asked)).not.toContain(token.slice(0, 20));
    expect(issuer.asked[0]).not.toHaveProperty('authorization');
  });

  test('are not fetched again for each unknown one', async () => {
    const { verify } = createTokenVerifier(settings());
    await verify(await issuer.token());
    for (let i = 0; i < 20; i++)
      expect(await verify(await issuer.token({ header: { kid: `unknown-${i}` } }))).toHaveProperty('refused');
    expect(issuer.asked).toHaveLength(1);
  });

  const broken: readonly (readonly [string, (response: ServerResponse) => void])[] = [
    ['fails', (response) => response.writeHead(500).end()],
    ['leads elsewhere', (response) => response.writeHead(302, { location: issuer.jwksUrl }).end()],
    ['says nonsense', (response) => response.end('<html>')],
    ['says no keys', (response) => response.end('{"keys":{}}')],
    ['says too much', (response) => response.end(`{"keys":[],"x":"${'x'.repeat(300_000)}"}`)],
    ['has too many', (response) => response.end(JSON.stringify({ keys: Array(101).fill({}) }))],
    ['hangs up', (response) => response.destroy()],
  ];
  test.each(broken)(
    'where the issuer %s the answer is typed, and he is not asked for every request',
    async (_name, answer) => {
      issuer.answerWith(answer);
      const { verify } = createTokenVerifier(settings());
      const token = await issuer.token();
      for (let i = 0; i < 10; i++) await expect(verify(token)).rejects.toMatchObject({ code: 'ISSUER_UNAVAILABLE' });
      expect(issuer.asked).toHaveLength(1);
    },
  );

  test('go on to serve while the issuer is away', async () => {
    const { verify } = createTokenVerifier(settings());
    await verify(await issuer.token());
    issuer.answerWith((response) => response.destroy());
    expect(await verify(await issuer.token({ claims: { sub: 'bob' } }))).toMatchObject({ token: { id: 'sub:bob' } });
  });
});

test.each<Partial<TokenIssuer>>([
  { issuer: '' },
  { audience: '' },
  { jwksUrl: '' },
  { issuer: 'issuer' },
  { jwksUrl: 'http://issuer.example/keys' },
  { jwksUrl: 'file:///etc/keys' },
  { algorithms: [] },
  { algorithms: ['RS256', 'HS256'] },
  { algorithms: ['none'] },
  { scopePrefix: 'a b' },
  { scopePrefix: '"' },
])('settings that make no whole are refused: %j', (more) => {
  expect(() => createTokenVerifier(settings(more))).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
});

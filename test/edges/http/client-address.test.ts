import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  clientAddress,
  createTrustedProxies,
  limitKeyOf,
  plainAddress,
} from '../../../src/edges/http/client-address.js';

/** As much of a request as tells its client. */
function from(remoteAddress: string, forwarded?: string): IncomingMessage {
  // Only these two are read.
  return { socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } } as unknown as IncomingMessage;
}

describe('whose address counts', () => {
  test.each<[string, string[], string, string | undefined, string]>([
    ['nobody is trusted', [], '10.0.0.1', '203.0.113.9', '10.0.0.1'],
    ['a trusted proxy tells its client', ['10.0.0.1'], '10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['another machine is not believed', ['10.0.0.1'], '10.0.0.2', '203.0.113.9', '10.0.0.2'],
    [
      'what the client itself wrote is left of what the proxy wrote',
      ['10.0.0.1'],
      '10.0.0.1',
      '1.1.1.1, 203.0.113.9',
      '203.0.113.9',
    ],
    ['a chain of trusted proxies', ['10.0.0.0/8'], '10.0.0.1', '203.0.113.9, 10.9.9.9', '203.0.113.9'],
    [
      'an untrusted hop ends the chain',
      ['10.0.0.0/8'],
      '10.0.0.1',
      '203.0.113.9, 198.51.100.7, 10.9.9.9',
      '198.51.100.7',
    ],
    ['only proxies', ['10.0.0.0/8'], '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['no header', ['10.0.0.1'], '10.0.0.1', undefined, '10.0.0.1'],
    ['an empty header', ['10.0.0.1'], '10.0.0.1', '', '10.0.0.1'],
    ['no address in it', ['10.0.0.1'], '10.0.0.1', 'unknown', '10.0.0.1'],
    ['no address behind a trusted hop', ['10.0.0.0/8'], '10.0.0.1', '203.0.113.9, evil, 10.0.0.2', '10.0.0.2'],
    ['IPv4 within IPv6', ['10.0.0.1'], '::ffff:10.0.0.1', '::ffff:203.0.113.9', '203.0.113.9'],
    ['the same in hexadecimal', ['::ffff:10.0.0.1'], '::ffff:a00:1', '203.0.113.9', '203.0.113.9'],
    ['IPv6 networks', ['fd00::/8'], 'fd00::1', '2001:DB8::1', '2001:db8::1'],
    ['ports and brackets', ['10.0.0.1'], '10.0.0.1', '[2001:db8::1]:443', '2001:db8::1'],
    ['a port behind IPv4', ['10.0.0.1'], '10.0.0.1', '203.0.113.9:5000', '203.0.113.9'],
    ['zones', ['fe80::1'], 'fe80::1%eth0', '203.0.113.9', '203.0.113.9'],
  ])('%s', (_name, trusted, socket, ...header) => {
    const [forwarded, expected] = header;
    expect(clientAddress(from(socket, forwarded), createTrustedProxies(trusted))).toBe(expected);
  });

  test.each(['proxy.example', '10.0.0.0/33', '10.0.0.0/-1', '10.0.0.0/8/8', '::/129', '', '10.0.0'])(
    '%j is no proxy',
    (entry) => {
      expect(() => createTrustedProxies([entry])).toThrow('QUARRY_TRUSTED_PROXIES');
    },
  );
});

test('every spelling of an address is one address, and every host of an IPv6 network one caller', () => {
  fc.assert(
    fc.property(fc.ipV6(), fc.ipV6(), (a, b) => {
      const plain = plainAddress(a);
      expect(plain).toBeDefined();
      expect(plainAddress(plain ?? '')).toBe(plain);
      expect(plainAddress(a.toUpperCase())).toBe(plain);
      if (limitKeyOf(plain ?? '') === limitKeyOf(plainAddress(b) ?? '')) expect(a.slice(0, 4)).toBe(b.slice(0, 4));
    }),
  );
  fc.assert(fc.property(fc.ipV4(), (a) => expect(plainAddress(`::ffff:${a}`)).toBe(plainAddress(a))));
  expect(limitKeyOf('2001:db8:1:2:3:4:5:6')).toBe(limitKeyOf('2001:db8:1:2::'));
  expect(limitKeyOf('2001:db8:1:2::')).not.toBe(limitKeyOf('2001:db8:1:3::'));
  expect(limitKeyOf('203.0.113.9')).not.toBe(limitKeyOf('203.0.113.10'));
});

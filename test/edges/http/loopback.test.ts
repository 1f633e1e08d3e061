import { expect, test } from '@jest/globals';
import { bareHost, isLoopbackHost, isWildcardHost } from '../../../src/edges/http/loopback.js';

test.each(['localhost', 'LOCALHOST', 'localhost.', '127.0.0.1', '127.9.8.7', '::1', '[::1]'])(
  '%s is this machine',
  (host) => {
    expect(isLoopbackHost(host)).toBe(true);
  },
);

test.each([
  '',
  '0.0.0.0',
  '::',
  '10.0.0.1',
  '127.0.0.1.evil.example',
  'localhost.evil.example',
  '127.example',
  '::ffff:10.0.0.1',
  '1270.0.0.1',
])('%s is not', (host) => {
  expect(isLoopbackHost(host)).toBe(false);
});

test('wildcards listen everywhere', () => {
  expect(['', '0.0.0.0', '::', '[::]'].every(isWildcardHost)).toBe(true);
  expect(['127.0.0.1', 'example.com'].some(isWildcardHost)).toBe(false);
});

test('a host has one spelling', () => {
  expect(bareHost('[FE80::1]')).toBe('fe80::1');
  expect(bareHost('Example.COM.')).toBe('example.com');
});

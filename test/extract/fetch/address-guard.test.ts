import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addressRefusal } from '../../../src/extract/fetch/address-guard.js';

describe('addressRefusal', () => {
  test.each([
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['0.0.0.0', 'unspecified'],
    ['10.1.2.3', 'private'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.1.1', 'private'],
    ['169.254.169.254', 'link-local'],
    ['100.64.0.1', 'carrier-grade NAT'],
    ['100.100.100.200', 'carrier-grade NAT'],
    ['168.63.129.16', 'cloud metadata'],
    ['224.0.0.1', 'multicast'],
    ['239.255.255.255', 'multicast'],
    ['255.255.255.255', 'reserved'],
    ['198.19.0.1', 'benchmarking'],
    ['203.0.113.9', 'documentation'],
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['0:0:0:0:0:0:0:1', 'loopback'],
    ['fe80::1%eth0', 'link-local'],
    ['fd00:ec2::254', 'private'],
    ['fc00::1', 'private'],
    ['ff02::1', 'multicast'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:7f00:1', 'loopback'],
    ['::127.0.0.1', 'reserved'],
    ['64:ff9b::a00:1', 'private'],
    ['64:ff9b::10.0.0.1', 'private'],
    ['64:ff9b:1::1', 'reserved'],
    ['2002:7f00:1::', '6to4'],
    ['2001:0:1::1', 'reserved'],
    ['2001:db8::1', 'documentation'],
    ['localhost', 'invalid'],
    ['', 'invalid'],
    ['1.2.3', 'invalid'],
  ])('%s is %s', (address, reason) => {
    expect(addressRefusal(address)).toBe(reason);
  });

  test.each([
    '8.8.8.8',
    '1.1.1.1',
    '172.15.255.255',
    '172.32.0.1',
    '100.63.255.255',
    '100.128.0.0',
    '2606:4700:4700::1111',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
    '2001:4860:4860::8888',
  ])('%s is public', (address) => {
    expect(addressRefusal(address)).toBeUndefined();
  });

  test('an IPv4 address is judged alike in all its IPv6 clothes', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
        const hex = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
        const verdict = addressRefusal(address);
        expect(addressRefusal(`::ffff:${address}`)).toBe(verdict);
        expect(addressRefusal(`::ffff:${hex}`)).toBe(verdict);
        expect(addressRefusal(`64:ff9b::${hex}`)).toBe(verdict);
        expect(addressRefusal(`2002:${hex}::1`)).toBe('6to4');
      }),
      { seed: 7 },
    );
  });

  test('every IPv6 address gets a verdict, and only global unicast is public', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const verdict = addressRefusal(address);
        if (verdict === undefined)
          expect(new URL(`http://[${address}]/`).hostname).toMatch(/^\[(?:[23]|::ffff:|64:ff9b::)/);
      }),
      { seed: 7 },
    );
  });
});

import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { hashKey, type KeyRecord, keyIdOf, stateOf, writeKey } from '../../../src/core/access/api-key.js';

const record: KeyRecord = {
  id: 'key_0123456789abcdef',
  name: 'test',
  workspaceId: 'ws_0123456789abcdef',
  scopes: ['read'],
  hash: hashKey('x'),
  createdAt: '2026-01-01T00:00:00.000Z',
  createdBy: 'owner',
  expiresAt: null,
  revokedAt: null,
  replaced: null,
  lastUsedAt: null,
};

describe('the text of a key', () => {
  test('names its id and carries 256 bits', () => {
    const secret = randomBytes(32);
    const text = writeKey(record.id, secret);
    expect(keyIdOf(text)).toBe(record.id);
    expect(Buffer.from(text.slice(-43), 'base64url')).toEqual(secret);
  });

  test('nothing else is taken for one', () => {
    const text = writeKey(record.id, randomBytes(32));
    for (const wrong of ['', text.slice(1), `${text}A`, text.toUpperCase(), `${text}\n`, text.replace('_', '-')])
      expect(keyIdOf(wrong)).toBeUndefined();
    fc.assert(fc.property(fc.string(), (other) => keyIdOf(other) === undefined));
  });
});

describe('the state of a key', () => {
  const moment = fc
    .date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
    .map((date) => date.toISOString());

  test('a key is active until the first of its ends, and never after', () => {
    const law = fc.property(moment, moment, moment, moment, (now, expiresAt, endsAt, revokedAt) => {
      const ends = { ...record, expiresAt, replaced: { by: 'key_1', endsAt } };
      expect(stateOf(ends, now) === 'active').toBe(now < expiresAt && now < endsAt);
      // A revocation holds at once, whatever the clocks of two machines say of its moment.
      expect(stateOf({ ...ends, revokedAt }, now)).toBe('revoked');
      expect(stateOf(record, now)).toBe('active');
    });
    fc.assert(law, { seed: 7411 });
  });
});

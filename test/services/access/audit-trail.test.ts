import { expect, test } from '@jest/globals';
import type { AuditEvent } from '../../../src/core/access/audit-line.js';
import { ANONYMOUS } from '../../../src/core/access/identity.js';
import type { AuditLog } from '../../../src/core/access/ports.js';
import { QuarryError } from '../../../src/core/errors.js';
import { AuditTrail } from '../../../src/services/access/audit-trail.js';

const place = { name: 'default', id: async () => '' };
const clock = { now: () => '2026-03-01T00:00:00.000Z', elapsedMs: () => 0 };

/** A log that keeps what it is given in memory, as far as the trail uses one. */
function trailTo(events: AuditEvent[], refuse = false): AuditTrail {
  const log: Pick<AuditLog, 'append'> = {
    async append(event) {
      if (refuse) throw new QuarryError('AUDIT_UNAVAILABLE', 'No.');
      events.push(event);
    },
  };
  return new AuditTrail({ audit: log as AuditLog, clock, log: () => undefined }); // Nothing else is called.
}

const deed = (address: string) => ({
  origin: { identity: ANONYMOUS, address, requestId: '' },
  door: 'rest',
  operation: '',
  target: {},
});

test('ten thousand denials from one client are told in a few lines, with their number', async () => {
  const events: AuditEvent[] = [];
  const trail = trailTo(events);
  for (let i = 0; i < 10_000; i++) await trail.denied(deed('10.0.0.1'), place, 'UNAUTHORIZED');
  await trail.denied(deed('10.0.0.2'), place, 'UNAUTHORIZED');
  await trail.close();
  expect(events.length).toBe(22);
  expect(events.reduce((sum, { count }) => sum + count, 0)).toBe(10_001);
  expect(events.filter(({ from }) => from === '10.0.0.2').length).toBe(1);
});

test('so are those from ten thousand addresses', async () => {
  const events: AuditEvent[] = [];
  const trail = trailTo(events);
  for (let i = 0; i < 10_000; i++) await trail.denied(deed(`10.0.${i >> 8}.${i & 255}`), place, 'UNAUTHORIZED');
  await trail.close();
  expect(events.length).toBeLessThan(1_100);
  expect(events.reduce((sum, { count }) => sum + count, 0)).toBe(10_000);
});

test('a denial that cannot be written stays a denial', async () => {
  await expect(trailTo([], true).denied(deed('10.0.0.1'), place, 'UNAUTHORIZED')).resolves.toBeUndefined();
});

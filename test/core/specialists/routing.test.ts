import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type CandidateEvidence, route, type ScopeEvidence } from '../../../src/core/specialists/routing.js';
import { ROUTING_MODEL } from '../../../src/core/specialists/routing-coefficients.js';

const unit = fc.double({ min: 0, max: 1, noNaN: true });
const candidate: fc.Arbitrary<CandidateEvidence> = fc.record({
  passage: unit,
  passages: unit,
  description: unit,
  contents: unit,
  past: fc.option(fc.record({ nearest: unit, mean: unit }), { nil: undefined }),
});
const scope: fc.Arbitrary<ScopeEvidence> = fc.record({
  cosine: unit,
  coverage: unit,
  share: unit,
  rarity: fc.double({ min: 0, max: 12, noNaN: true }),
  unknown: unit,
  length: fc.nat(500),
});

describe('routing', () => {
  test('gives shares that sum to one and chances between 0 and 1, whatever the evidence', () => {
    fc.assert(
      fc.property(fc.array(candidate, { minLength: 1, maxLength: 20 }), scope, (candidates, evidence) => {
        const routing = route(ROUTING_MODEL, candidates, evidence);
        expect(routing.shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1);
        for (const chance of [...routing.shares, routing.confidence, routing.scope]) {
          expect(chance).toBeGreaterThanOrEqual(0);
          expect(chance).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  test('is as sure of a lone candidate as that the task is for anybody', () => {
    fc.assert(
      fc.property(candidate, scope, (one, evidence) => {
        const routing = route(ROUTING_MODEL, [one], evidence);
        expect(routing.confidence).toBe(routing.scope);
      }),
    );
  });

  test('does not depend on the order of the candidates, and better passages never lower a share', () => {
    fc.assert(
      fc.property(fc.array(candidate, { minLength: 2, maxLength: 8 }), scope, (candidates, evidence) => {
        const { shares } = route(ROUTING_MODEL, candidates, evidence);
        const turned = route(ROUTING_MODEL, [...candidates].reverse(), evidence).shares;
        [...turned].reverse().forEach((share, at) => {
          expect(share).toBeCloseTo(shares[at] ?? 0);
        });
        const better = candidates.map((one, at) => (at === 0 ? { ...one, passages: one.passages + 0.1 } : one));
        expect(route(ROUTING_MODEL, better, evidence).shares[0] ?? 0).toBeGreaterThanOrEqual(shares[0] ?? 0);
      }),
    );
  });

  test('of nobody abstains', () => {
    const none = { cosine: 0.9, coverage: 1, share: 1, rarity: 1, unknown: 0, length: 9 };
    expect(route(ROUTING_MODEL, [], none)).toMatchObject({ isAbstained: true, confidence: 0, shares: [] });
  });
});

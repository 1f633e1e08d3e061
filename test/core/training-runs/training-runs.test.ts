import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { proveDifference } from '../../../src/core/proof/prove-difference.js';
import { splitGroups } from '../../../src/core/proof/split-groups.js';
import { DEFAULT_RETRIEVAL } from '../../../src/core/retrieval/settings.js';
import { createRandom } from '../../../src/core/statistics/random.js';
import { fitAdapter, withStrength } from '../../../src/core/training/fit-adapter.js';
import { adapterHash, applyAdapter, decodeNumbers, encodeNumbers } from '../../../src/core/training/query-adapter.js';
import { candidateSettings } from '../../../src/core/training-runs/candidate-settings.js';
import { rankCandidates } from '../../../src/core/training-runs/choose-candidate.js';
import {
  correctGuards,
  correctHalves,
  decidePromotion,
  HALF_COVERAGE,
  provenHalf,
} from '../../../src/core/training-runs/decide-promotion.js';
import { countEarlier, levelShare } from '../../../src/core/training-runs/spend-level.js';
import type { HalfOutcome } from '../../../src/core/training-runs/training-run.js';

function halfOf(half: number, differences: readonly number[], seed: number): HalfOutcome {
  const groups = differences.map((_, at) => at);
  const proof = proveDifference(differences, { groups, level: HALF_COVERAGE, seed });
  const about = { tunedOn: differences.length, choice: 'other', settings: { ...DEFAULT_RETRIEVAL }, adapter: '' };
  return { half, ...about, curve: [], before: 0, after: proof.difference, proof, pAdjusted: 1, perQuery: [] };
}

/** Tunes and proves over a table of differences (candidates by questions), as a run does. */
function decideOn(table: readonly (readonly number[])[], seed: number): boolean {
  const size = table[0]?.length ?? 0;
  const halves = splitGroups(
    Array.from({ length: size }, (_, at) => at),
    2,
    seed,
  );
  const places = halves.map((_, at) => at);
  const outcomes = [0, 1].map((half) => {
    const tuning = places.filter((at) => halves[at] !== half);
    const columns = table.map((row) => Float64Array.from(tuning, (at) => row[at] ?? 0));
    const best = rankCandidates([new Float64Array(tuning.length), ...columns])[0]?.candidate ?? 0;
    const chosen = best === 0 ? undefined : table[best - 1];
    const held = places.filter((at) => halves[at] === half).map((at) => chosen?.[at] ?? 0);
    return halfOf(half, held, seed);
  });
  return provenHalf(correctHalves(outcomes)) !== undefined;
}

describe('a run over many candidates that change nothing in truth', () => {
  it('promotes one at most at the stated rate, however many were tried', () => {
    let promoted = 0;
    const runs = 150;
    for (let seed = 1; seed <= runs; seed++) {
      const random = createRandom(seed);
      const noise = (): number => (random() < 0.4 ? 0 : random() - 0.5);
      const own = Array.from({ length: 10 }, () => Array.from({ length: 80 }, noise));
      // Opposites: one of each two looks better on whatever is drawn.
      if (decideOn([...own, ...own.map((row) => row.map((value) => -value))], seed)) promoted += 1;
    }
    expect(promoted / runs).toBeLessThanOrEqual(0.06); // 2.5% within three standard errors.
  });

  it('finds a real gain among them', () => {
    let promoted = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const random = createRandom(seed);
      const noise = (): number => random() - 0.5;
      const table = Array.from({ length: 20 }, (_, at) =>
        Array.from({ length: 160 }, () => noise() + (at === 7 ? 0.15 : 0)),
      );
      if (decideOn(table, seed)) promoted += 1;
    }
    expect(promoted).toBeGreaterThanOrEqual(17);
  });
});

describe('the decision', () => {
  const gain = Array.from({ length: 40 }, (_, at) => 0.2 + (at % 5) * 0.05);
  const halves = correctHalves([halfOf(0, gain, 1), halfOf(1, gain, 2)]);
  const facts = { halves, guards: [], origin: 'authored' as const, metric: 'ndcg@10', suite: 'own', groups: 80 };

  it('promotes what is proven', () => {
    expect(decidePromotion(facts)).toMatchObject({ mayPromote: true, reason: 'gain', half: 0, furtherJudgments: null });
  });

  it('asks more of every further run on the same suite, and of none of the same again', () => {
    const shares = Array.from({ length: 2_000 }, (_, earlier) => levelShare(earlier));
    expect(shares[0]).toBe(1);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeLessThan(2);
    expect(shares.every((share, at) => at < 2 || share < (shares[at - 1] ?? 0))).toBe(true);
    const weak = correctHalves([halfOf(0, [...gain.slice(0, 12), -0.2, -0.1], 1), halfOf(1, [0, 0, 0], 2)]);
    expect(weak[0]?.pAdjusted).toBeLessThan(0.05);
    expect(decidePromotion({ ...facts, halves: weak }).mayPromote).toBe(true);
    const later = decidePromotion({ ...facts, halves: weak, earlier: 20 });
    expect(later).toMatchObject({ mayPromote: false, reason: 'no-gain' });
    expect(later.text).toContain('to be at most 0.0001 after 20 earlier runs');
  });

  it('counts other proofs for the same specialist and suite', () => {
    const proof = (seed: number, specialist: string, dataVersion: string) => {
      const where = { kind: 'settings' as const, suite: 'own', split: '', collection: '', specialist, collections: [] };
      const how = {
        base: { ...DEFAULT_RETRIEVAL },
        baseAdapter: '',
        model: '',
        dataset: '',
        guards: [],
        metric: 'ndcg@10',
        seed,
      };
      return { recipe: { ...where, ...how }, dataVersion };
    };
    const ended = [proof(1, 'smith', 'a'), proof(1, 'other', 'a'), proof(2, 'smith', 'a'), proof(1, 'smith', 'a')];
    const before = [
      ...ended.map((one, at) => ({ ...one, earlier: [0, 0, 1, 0][at] })),
      { ...proof(3, 'smith', ''), earlier: undefined },
    ];
    expect(countEarlier(before, proof(4, 'smith', 'a'))).toBe(3);
    expect(countEarlier(before, proof(2, 'smith', 'a'))).toBe(1);
    expect(countEarlier(before, proof(2, 'smith', 'b'))).toBe(3);
    expect(countEarlier(before, proof(3, 'other', 'a'))).toBe(1);
    expect(countEarlier(before, proof(1, 'nobody', 'a'))).toBe(0);
  });

  it('never promotes on mined questions, nor when a guarded suite falls; a fall by chance is none', () => {
    expect(decidePromotion({ ...facts, origin: 'mined' })).toMatchObject({ mayPromote: false, reason: 'mined' });
    const guard = (differences: readonly number[]) => {
      const groups = differences.map((_, at) => at);
      const proof = proveDifference(differences, { groups, level: 0.95, seed: 1 });
      return { suite: 'everyday', before: 0.5, after: 0.5 + proof.difference, proof };
    };
    const fallen = correctGuards([guard(gain.map((value) => -value)), guard(gain)]);
    expect(fallen.map(({ hasFallen }) => hasFallen)).toEqual([true, false]);
    expect(decidePromotion({ ...facts, guards: fallen })).toMatchObject({ mayPromote: false, reason: 'guard-fell' });
    const chance = correctGuards([guard([0.3, -0.31, 0.1, -0.12, 0, 0.05, -0.05])]);
    expect(decidePromotion({ ...facts, guards: chance })).toMatchObject({ mayPromote: true });
  });

  it('says with no gain how many more questions would decide, and with too few groups how many are missing', () => {
    const random = createRandom(5);
    const noise = Array.from({ length: 40 }, () => random() - 0.45);
    const none = correctHalves([halfOf(0, noise, 1), halfOf(1, noise, 2)]);
    const refused = decidePromotion({ ...facts, halves: none });
    expect(refused).toMatchObject({ mayPromote: false, reason: 'no-gain' });
    expect(refused.furtherJudgments).toBeGreaterThan(10);
    expect(refused.text).toContain('No significant gain, nothing changed');
    expect(decidePromotion({ ...facts, halves: [], groups: 9 })).toMatchObject({
      reason: 'too-few',
      furtherJudgments: 7,
    });
  });
});

describe('candidate settings', () => {
  it('begin with what is in force and name no two that rank alike', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('hybrid', 'vector', 'keyword'),
        fc.constantFrom('convex', 'rrf'),
        fc.constantFrom(0.1, 0.36, 0.5),
        fc.boolean(),
        (mode, blend, alpha, rerank) => {
          const base = { ...DEFAULT_RETRIEVAL, mode, blend, alpha } as const;
          const candidates = candidateSettings(base, { rerank });
          expect(candidates[0]).toEqual({ name: 'in force', settings: base });
          expect(new Set(candidates.map(({ name }) => name)).size).toBe(candidates.length);
          expect(candidates.some(({ settings }) => settings.rerank)).toBe(rerank);
        },
      ),
    );
  });
});

/** Unit vectors that nobody chose. */
function vectors(count: number, dimensions: number, seed: number): Float32Array[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => {
    const raw = Float64Array.from({ length: dimensions }, () => random() + random() + random() - 1.5);
    const norm = Math.hypot(...raw);
    return Float32Array.from(raw, (value) => value / norm);
  });
}

describe('a map on query vectors', () => {
  const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);

  it.each([
    ['fewer queries than dimensions', 20, 32],
    ['more queries than dimensions', 60, 16],
  ])('leads queries to where their answers are: %s', (_name, count, dimensions) => {
    const queries = vectors(count, dimensions, 1);
    // Every answer is the query turned in the same way, so that there is something to learn.
    const answers = queries.map((query) => Float32Array.from(query, (_, at) => query[(at + 1) % dimensions] ?? 0));
    const examples = queries.map((query, at) => ({ query, answer: answers[at] ?? query, other: query }));
    const adapter = fitAdapter(examples, { form: 'low-rank', ridge: 0.01 });
    const gained = queries.map((query, at) => dot(applyAdapter(query, adapter), answers[at] ?? query));
    expect(Math.min(...gained)).toBeGreaterThan(0.8);
    expect(fitAdapter(examples, { form: 'low-rank', ridge: 0.01 })).toEqual(adapter);
  });

  it('changes nothing where it has no strength, and always gives a vector of length 1', () => {
    fc.assert(
      fc.property(
        fc.nat(1_000),
        fc.constantFrom('low-rank', 'diagonal'),
        fc.double({ min: 0, max: 8, noNaN: true }),
        (seed, form, strength) => {
          const [query, answer, other, asked] = vectors(4, 12, seed);
          if (query === undefined || answer === undefined || other === undefined || asked === undefined) return;
          const still = withStrength(fitAdapter([{ query, answer, other }], { form, ridge: 1 }), 0);
          expect(dot(applyAdapter(asked, still), asked)).toBeCloseTo(1, 6);
          const moved = applyAdapter(
            asked,
            withStrength(fitAdapter([{ query, answer, other }], { form, ridge: 1 }), strength),
          );
          expect(dot(moved, moved)).toBeCloseTo(1, 5);
        },
      ),
    );
  });

  it('is the same after it was kept', () => {
    const [query, answer, other] = vectors(3, 8, 3);
    if (query === undefined || answer === undefined || other === undefined) return;
    const adapter = fitAdapter([{ query, answer, other }], { form: 'low-rank', ridge: 0.5 });
    const { into, back } = adapter;
    const kept = { ...adapter, into: decodeNumbers(encodeNumbers(into)), back: decodeNumbers(encodeNumbers(back)) };
    expect(kept).toEqual(adapter);
    expect(adapterHash(kept)).toBe(adapterHash(adapter));
  });
});

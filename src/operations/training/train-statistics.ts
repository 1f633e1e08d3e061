import { z } from 'zod';
import { receiptOf } from '../../core/training-runs/receipt.js';
import { defineOperation } from '../define.js';
import { decisionShape, runIdField } from './run-shape.js';

const proofShape = z.object({
  questions: z.number(),
  /** Groups of questions that share answers: what the test counts. */
  groups: z.number(),
  before: z.number(),
  after: z.number(),
  difference: z.number(),
  low: z.number(),
  high: z.number(),
  /** Coverage of the interval. */
  level: z.number(),
  p: z.number(),
  /** Corrected by Holm for everything that the run tested. */
  pAdjusted: z.number(),
  wins: z.number(),
  ties: z.number(),
  losses: z.number(),
});

export const trainStatistics = defineOperation({
  name: 'train_statistics',
  summary: 'Read the proof of a training run',
  description:
    'Gives the whole record of a training run that succeeded: data version and split, what each half tried and chose (curve), its proof on the other half, before and after for every held-out question, guarded suites, the decision, and the receipt, which the same recipe on the same data replays to the same bytes.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  toolset: 'specialists',
  http: { method: 'GET', path: '/training/runs/:run/statistics' },
  takesTurn: true,
  cli: { command: ['train', 'statistics'], positional: ['run'] },
  input: z.strictObject({
    run: runIdField,
    perQuery: z.boolean().default(false).describe('Also before and after for every held-out question.'),
    receipt: z.boolean().default(false).describe('Also the receipt itself, as text.'),
  }),
  output: z.object({
    run: z.string(),
    metric: z.string(),
    dataVersion: z.string(),
    splitVersion: z.string(),
    questions: z.number(),
    groups: z.number(),
    /** Other proofs for the specialist on the suite that came before, each of which takes of the level. */
    earlier: z.number(),
    leftOut: z.number(),
    pairs: z.number(),
    candidates: z.number(),
    halves: z.array(
      proofShape.extend({
        half: z.number(),
        tunedOn: z.number(),
        choice: z.string(),
        settings: z.record(z.string(), z.unknown()),
        curve: z.array(z.object({ candidate: z.string(), gain: z.number(), error: z.number() })),
        perQuery: z.array(z.object({ query: z.string(), before: z.number(), after: z.number() })),
      }),
    ),
    guards: z.array(proofShape.extend({ suite: z.string(), hasFallen: z.boolean() })),
    decision: decisionShape,
    receiptHash: z.string(),
    /** Empty unless asked for. */
    receipt: z.string(),
  }),
  errors: ['INPUT_INVALID', 'RUN_NOT_FOUND', 'RUN_INVALID', 'STORE_BROKEN'],
  examples: [{ run: 'no-such-run' }],
  async run({ services }, input) {
    const { outcome, hash } = await (await services.trainingRuns()).outcomeOf(input.run);
    const { recipe, halves, guards, decision, ...about } = outcome;
    const { half: _, ...told } = decision;
    return {
      ...about,
      run: input.run,
      metric: recipe.metric,
      halves: halves.map(({ proof, adapter: _hash, perQuery, ...half }) => {
        const { spread: _spread, ...shown } = proof;
        return { ...half, ...shown, perQuery: input.perQuery ? perQuery : [] };
      }),
      guards: guards.map(({ proof: { spread: _spread, ...shown }, ...guard }) => ({ ...guard, ...shown })),
      decision: told,
      receiptHash: hash,
      receipt: input.receipt ? receiptOf(outcome) : '',
    };
  },
  render: (output) => {
    const lines = [
      `${output.run}: ${output.questions} judged questions in ${output.groups} groups that share no answer (${output.leftOut} left out), ${output.candidates} candidates, ${output.pairs} pairs besides`,
    ];
    for (const half of output.halves) {
      lines.push(
        `half ${half.half + 1}: tuned on ${half.tunedOn}, chose ${half.choice}; ${numbers(output.metric, half)}`,
        ...half.curve
          .slice(0, 5)
          .map(({ candidate, gain, error }) => `   ${candidate}: ${signed(gain)} (error ${error.toFixed(3)})`),
        ...half.perQuery.map(({ query, before, after }) => `   ${query}  ${before.toFixed(3)} -> ${after.toFixed(3)}`),
      );
    }
    for (const guard of output.guards)
      lines.push(`guard ${guard.suite}: ${numbers(output.metric, guard)}${guard.hasFallen ? ' FALLEN' : ''}`);
    lines.push(output.decision.text, `data ${output.dataVersion.slice(0, 16)}, receipt ${output.receiptHash}`);
    if (output.receipt !== '') lines.push(output.receipt);
    return lines.join('\n');
  },
});

function numbers(metric: string, proof: z.output<typeof proofShape>): string {
  const { before, after, difference, low, high, pAdjusted, questions, wins, ties, losses } = proof;
  return `${metric} ${before.toFixed(3)} -> ${after.toFixed(3)} on ${questions} held-out (${signed(difference)}, interval ${signed(low)} to ${signed(high)}, corrected p ${pAdjusted.toFixed(4)}; ${wins} won, ${ties} tied, ${losses} lost)`;
}

function signed(value: number): string {
  return `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(3)}`;
}

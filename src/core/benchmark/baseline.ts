import { z } from 'zod';
import { messageOf, QuarryError } from '../errors.js';
import type { RunScores } from '../metrics/score-run.js';
import { RETRIEVAL_MODES } from '../retrieval/settings.js';
import type { JsonObject } from '../types.js';
import type { RunRecord } from './run-record.js';

const runShape = z.object({
  name: z.string(),
  mode: z.enum(RETRIEVAL_MODES),
  fingerprint: z.string(),
  configuration: z.record(z.string(), z.json()),
  queries: z.array(z.string()),
  values: z.record(z.string(), z.array(z.number())),
});

const baselineShape = z.object({
  format: z.literal('quarry-baseline-1'),
  suite: z.string(),
  suiteHash: z.string(),
  split: z.string(),
  seed: z.number(),
  version: z.string(),
  createdAt: z.string(),
  runs: z.array(runShape).min(1),
});

/** Scores that later versions are held against; a JSON file that is committed. */
export type Baseline = z.output<typeof baselineShape>;

/** Per-query scores as committed: four digits are what trec_eval prints. */
const DIGITS = 4;

/** Makes a baseline of the runs of one job. */
export function makeBaseline(
  runs: readonly { readonly record: RunRecord; readonly scores: RunScores }[],
  about: { readonly suiteHash: string; readonly seed: number; readonly version: string; readonly createdAt: string },
): Baseline {
  return {
    format: 'quarry-baseline-1',
    suite: runs[0]?.record.suite ?? '',
    split: runs[0]?.record.split ?? '',
    ...about,
    runs: runs.map(({ record, scores }) => ({
      name: record.name,
      // Runs are made with one of the modes; other files never become baselines.
      mode: z.enum(RETRIEVAL_MODES).parse(record.mode),
      fingerprint: record.fingerprint,
      configuration: { ...record.configuration },
      queries: [...scores.queries],
      values: Object.fromEntries(
        [...scores.values].map(([metric, column]) => [
          metric,
          [...column].map((value) => Number(value.toFixed(DIGITS))),
        ]),
      ),
    })),
  };
}

/** The text of a baseline file: one line per list, so that a diff can be read. */
export function formatBaseline(baseline: Baseline): string {
  const { runs, ...head } = baseline;
  const lines = runs.map(({ queries, values, ...rest }) => {
    const columns = Object.entries(values).map(
      ([metric, column]) => `        ${JSON.stringify(metric)}: ${JSON.stringify(column)}`,
    );
    const about = Object.entries(rest).map(([key, value]) => `      ${JSON.stringify(key)}: ${JSON.stringify(value)},`);
    return [
      '    {',
      ...about,
      `      "queries": ${JSON.stringify(queries)},`,
      '      "values": {',
      columns.join(',\n'),
      '      }',
      '    }',
    ].join('\n');
  });
  const about = Object.entries(head).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},`);
  return ['{', ...about, '  "runs": [', lines.join(',\n'), '  ]', '}', ''].join('\n');
}

/** Reads a baseline file's text. @throws QuarryError RUN_INVALID */
export function parseBaseline(text: string, path: string): Baseline {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new QuarryError('RUN_INVALID', `${path} is not JSON: ${messageOf(error)}.`, { hint: REMAKE, cause: error });
  }
  const parsed = baselineShape.safeParse(json);
  if (parsed.success && parsed.data.runs.every(isRectangular)) return parsed.data;
  const [issue] = parsed.error?.issues ?? [];
  const problem =
    issue === undefined
      ? 'a list of scores has another length than the queries'
      : `${issue.path.join('.')}: ${issue.message}`;
  throw new QuarryError('RUN_INVALID', `${path} is not a baseline: ${problem}.`, { hint: REMAKE });
}

const REMAKE = 'Make it again: quarry benchmark gate --suite SUITE --baseline FILE --update.';

function isRectangular(run: Baseline['runs'][number]): boolean {
  return Object.values(run.values).every((column) => column.length === run.queries.length);
}

/** Scores of a baseline run. */
export function scoresOf(run: Baseline['runs'][number]): RunScores {
  const columns = Object.entries(run.values).map(([metric, column]): [string, Float64Array] => [
    metric,
    Float64Array.from(column),
  ]);
  return { queries: run.queries, values: new Map(columns) };
}

/** Names of the parts in which two configurations differ. */
export function changedParts(before: JsonObject, after: JsonObject): string[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((key) => key !== 'collection');
  return keys.filter((key) => canonical(before[key]) !== canonical(after[key])).sort();
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

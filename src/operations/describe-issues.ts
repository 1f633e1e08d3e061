import type { z } from 'zod';
import { QuarryError } from '../core/errors.js';
import { nearestName } from '../core/text/nearest-name.js';

/** Turns zod's findings into one error that says which key is wrong and which keys there are. */
export function describeIssues(operation: string, schema: z.ZodObject, error: z.ZodError, input: unknown): QuarryError {
  const known = Object.keys(schema.shape);
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return new QuarryError('INPUT_INVALID', `${operation} takes an object of named values.`, {
      hint: `Known keys: ${known.join(', ')}.`,
    });
  }
  const problems = error.issues.slice(0, 5).map((issue) => describeIssue(issue, known, valueAt(input, issue.path)));
  const unknown = error.issues.some((issue) => issue.code === 'unrecognized_keys');
  return new QuarryError(
    'INPUT_INVALID',
    `Invalid input for ${operation}: ${problems.map((problem) => problem.text).join('; ')}.`,
    {
      hint: unknown ? `Known keys: ${known.join(', ')}.` : 'Correct the value and call again.',
      details: { keys: problems.flatMap((problem) => problem.keys) },
    },
  );
}

function describeIssue(
  issue: z.core.$ZodIssue,
  known: readonly string[],
  value: unknown,
): { text: string; keys: string[] } {
  if (issue.code === 'unrecognized_keys') {
    const texts = issue.keys.slice(0, 5).map((key) => {
      const near = nearestName(key, known);
      return `unknown key ${JSON.stringify(key.slice(0, 80))}${near === undefined ? '' : ` (did you mean ${near}?)`}`;
    });
    return { text: texts.join(', '), keys: issue.keys.slice(0, 5).map((key) => key.slice(0, 80)) };
  }
  const path = issue.path.map(String).join('.');
  return { text: `${path === '' ? 'input' : path} ${complaintOf(issue, value)}`, keys: path === '' ? [] : [path] };
}

/** What is wrong with one value, without the validator's own words where there are plainer ones. */
function complaintOf(issue: z.core.$ZodIssue, value: unknown): string {
  if (value === undefined) return 'is missing';
  if (issue.code === 'too_small' && value === '') return 'is empty';
  const plain = issue.message.replace(/^(?:Invalid input|Too small|Too big|Invalid option): /, '');
  return `is not valid: ${plain}`;
}

/** What the caller gave at a path; undefined where there is nothing. */
function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

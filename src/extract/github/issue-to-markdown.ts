import { z } from 'zod';

const user = z.looseObject({ login: z.string() }).nullish();

/** An issue or pull request as the API lists it. */
export const issueSchema = z.looseObject({
  number: z.int().positive(),
  title: z.string(),
  body: z.string().nullish(),
  state: z.string(),
  state_reason: z.string().nullish(),
  user,
  labels: z.array(z.union([z.string(), z.looseObject({ name: z.string().nullish() })])).default([]),
  comments: z.int().nonnegative().default(0),
  created_at: z.string(),
  updated_at: z.string(),
  closed_at: z.string().nullish(),
  milestone: z.looseObject({ title: z.string() }).nullish(),
  pull_request: z.looseObject({ merged_at: z.string().nullish() }).nullish(),
});
/** See {@link issueSchema}. */
export type Issue = z.infer<typeof issueSchema>;

/** A comment on an issue, or a review comment on a line of a pull request. */
export const commentSchema = z.looseObject({
  id: z.number(),
  body: z.string().nullish(),
  user,
  created_at: z.string(),
  issue_url: z.string().optional(),
  pull_request_url: z.string().optional(),
  path: z.string().optional(),
  line: z.number().nullish(),
  diff_hunk: z.string().optional(),
});
/** See {@link commentSchema}. */
export type Comment = z.infer<typeof commentSchema>;

/** Label names. */
export function labelsOf(issue: Issue): string[] {
  return issue.labels
    .map((label) => (typeof label === 'string' ? label : (label.name ?? '')))
    .filter((label) => label !== '');
}

/**
 * One Markdown document of an issue and its comments by time: the title as first heading, a section per comment. Headings
 * that people wrote are moved below ours, so that a heading path always names the issue and the comment.
 */
export function issueToMarkdown(issue: Issue, comments: readonly Comment[]): string {
  const kind = issue.pull_request ? 'Pull request' : 'Issue';
  const state = issue.pull_request?.merged_at ? 'merged' : issue.state;
  const labels = labelsOf(issue);
  const parts = [
    `# ${oneLine(issue.title)} (#${issue.number})`,
    `${kind} by ${author(issue.user)}, ${issue.created_at.slice(0, 10)}, ${state}${labels.length === 0 ? '' : `, labels: ${labels.join(', ')}`}`,
    demote((issue.body ?? '').trim(), 1),
  ];
  const sorted = [...comments].sort((a, b) =>
    a.created_at < b.created_at ? -1 : a.created_at > b.created_at ? 1 : a.id - b.id,
  );
  for (const comment of sorted) {
    const body = (comment.body ?? '').trim();
    if (body === '') continue;
    const what =
      comment.path === undefined ? 'Comment' : `Review of ${comment.path}${comment.line ? `:${comment.line}` : ''}`;
    parts.push(
      `## ${what} by ${author(comment.user)}, ${comment.created_at.slice(0, 10)}`,
      hunkOf(comment),
      demote(body, 2),
    );
  }
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function author(of: { login: string } | null | undefined): string {
  return of?.login ?? 'ghost';
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** Last lines of the diff that a review comment stands under. */
function hunkOf(comment: Comment): string {
  const lines = (comment.diff_hunk ?? '').split('\n').slice(-6);
  if (lines.join('').trim() === '') return '';
  const marks = lines.some((line) => line.includes('```')) ? '`````' : '```';
  return `${marks}diff\n${lines.join('\n')}\n${marks}`;
}

/** Moves Markdown headings down by `levels`, code aside. */
function demote(text: string, levels: number): string {
  let fence = '';
  return text
    .split('\n')
    .map((line) => {
      const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
      if (mark !== undefined) fence = fence === '' ? mark : mark.startsWith(fence) ? '' : fence;
      if (fence !== '' || mark !== undefined) return line;
      return line.replace(/^ {0,3}(#{1,6})(?=[ \t])/, (_, marks: string) =>
        '#'.repeat(Math.min(6, marks.length + levels)),
      );
    })
    .join('\n');
}

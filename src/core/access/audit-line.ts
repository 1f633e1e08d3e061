import { z } from 'zod';
import { sha256 } from '../identity.js';
import type { JsonObject } from '../types.js';

/** What somebody did, or was kept from doing. Holds no secret and no text of a document. */
export interface AuditEvent {
  /** ISO 8601 in UTC. */
  readonly at: string;
  /** `begin` stands before a write is tried, `end` before its answer is given; everything else is `done` with one line. */
  readonly phase: 'begin' | 'end' | 'done';
  /** Binds the two lines of one write. */
  readonly call: string;
  /** Id of a key, or `owner` or `anonymous`. */
  readonly identity: string;
  /** Through which door. */
  readonly door: string;
  /** Address of the client; empty on this machine. */
  readonly from: string;
  readonly request: string;
  readonly operation: string;
  readonly workspace: string;
  readonly workspaceId: string;
  /** Ids, names and places, by the name of the input or output that they stood in. */
  readonly target: JsonObject;
  /** `ok`, the code of an error, or empty before it is known. */
  readonly outcome: string;
  /** How many alike this line stands for. */
  readonly count: number;
}

const HASH = z.string().regex(/^[0-9a-f]{64}$/);
/** Where another file stood when this one was begun, or was taken away. */
const ANCHOR = z.object({ file: z.string(), line: z.number(), hash: HASH });
/** Where a file stood. */
export type AuditAnchor = z.infer<typeof ANCHOR>;

const LINE = z.looseObject({
  line: z.number().int().min(1),
  prev: HASH,
  at: z.string(),
  phase: z.enum(['begin', 'end', 'done', 'open', 'retire']),
  call: z.string().default(''),
  identity: z.string().default(''),
  door: z.string().default(''),
  from: z.string().default(''),
  request: z.string().default(''),
  operation: z.string().default(''),
  workspace: z.string().default(''),
  workspaceId: z.string().default(''),
  target: z.record(z.string(), z.json()).default({}),
  outcome: z.string().default(''),
  count: z.number().default(1),
  anchors: z.array(ANCHOR).default([]),
  hash: HASH,
});

/** A line as it is read back. */
export type AuditLine = z.infer<typeof LINE>;

/** What is wrong with the log. */
export interface AuditFinding {
  readonly file: string;
  /** 0: the file as a whole. */
  readonly line: number;
  readonly message: string;
}

/** What the first line of a file follows. */
export const NO_LINE = '0'.repeat(64);

/** What a line says: an event, or which files there were beside its own (`open`), or were taken away by age (`retire`). */
export type AuditContent =
  | AuditEvent
  | { readonly at: string; readonly phase: 'open' | 'retire'; readonly anchors: readonly AuditAnchor[] };

/** Where a chain of lines stands. */
export interface ChainHead {
  readonly line: number;
  readonly hash: string;
}

/**
 * Writes the next line of a chain: JSON whose last key is the sha256 of all that stands before it, which holds the hash of
 * the line before. So nothing can be changed, put in, taken out or moved without every later hash being wrong.
 */
export function sealLine(content: AuditContent, head: ChainHead): { readonly text: string; readonly head: ChainHead } {
  const line = head.line + 1;
  const body = JSON.stringify({ line, prev: head.hash, ...content }).slice(0, -1);
  const hash = sha256(body);
  return { text: `${body},"hash":"${hash}"}`, head: { line, hash } };
}

/** Reads one line, without judging whether its hash is right; undefined for what is no line of a log. */
export function parseLine(text: string): AuditLine | undefined {
  try {
    return LINE.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // Who asks says what is wrong.
  }
}

/** Follows a chain: what is wrong with the next line, if anything, and where the chain stands after it. */
export function checkLine(
  text: string,
  head: ChainHead,
): { readonly line: AuditLine | undefined; readonly head: ChainHead; readonly wrong: string | undefined } {
  const line = parseLine(text);
  if (line === undefined) {
    return { line, head: { line: head.line + 1, hash: sha256(text) }, wrong: 'This is no line of an audit log.' };
  }
  const next = { line: line.line, hash: line.hash };
  const body = /^(.*),"hash":"[0-9a-f]{64}"\}$/s.exec(text)?.[1];
  if (body === undefined || sha256(body) !== line.hash) return { line, head: next, wrong: 'This line was changed.' };
  if (line.prev !== head.hash || line.line !== head.line + 1) {
    return { line, head: next, wrong: 'The line before this one was changed, taken out, or another put in.' };
  }
  return { line, head: next, wrong: undefined };
}

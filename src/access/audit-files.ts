import {
  type AuditAnchor,
  type AuditFinding,
  type AuditLine,
  checkLine,
  NO_LINE,
  parseLine,
} from '../core/access/audit-line.js';
import type { AuditLog, AuditQuery, AuditReport } from '../core/access/ports.js';
import { auditFilesIn, linesOf } from './audit-folder.js';
import { AuditWriter, type AuditWriterParts } from './audit-writer.js';
import { exportLines } from './export-lines.js';

/** A file is read whole, so it stays small enough for that. */
const MAX_FILE_BYTES = 8 * 1024 * 1024;

/** The audit log of a home: JSON lines in files of one folder, which any number of processes add to and read. */
export function createAuditFiles(
  parts: Omit<AuditWriterParts, 'maxFileBytes'> & { readonly maxFileBytes?: number },
): AuditLog {
  const { folder } = parts;
  const writer = new AuditWriter({ maxFileBytes: MAX_FILE_BYTES, ...parts });
  return {
    append: (event, options = {}) => writer.append(event, options.durable ?? false),
    search: (query, limit) => search(folder, query, limit),
    export: (query, path, { replace }) => exportLines(read(folder, query), path, replace),
    verify: (expected) => verify(folder, expected),
    close: () => writer.close(),
  };
}

async function search(folder: string, query: AuditQuery, limit: number): Promise<readonly AuditLine[]> {
  let found: AuditLine[] = [];
  for (const file of (await auditFilesIn(folder)).toReversed()) {
    const lines = (await linesOf(folder, file)).map(parseLine).filter((line) => line !== undefined);
    // Files of several processes overlap in time.
    found = [...found, ...lines.filter((line) => matches(line, query)).reverse()]
      .sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0))
      .slice(0, limit);
  }
  return found;
}

async function* read(folder: string, query: AuditQuery): AsyncIterable<string> {
  for (const file of await auditFilesIn(folder)) {
    for (const text of await linesOf(folder, file)) {
      const line = parseLine(text);
      if (line !== undefined && matches(line, query)) yield text;
    }
  }
}

/** Lines that tell of files and of nobody's doing are in no answer to a question. */
function matches(line: AuditLine, query: AuditQuery): boolean {
  const { identity, operation, outcome, target, workspaceId, since, until } = query;
  if (line.phase === 'open' || line.phase === 'retire') return false;
  if (identity !== undefined && line.identity !== identity) return false;
  if (operation !== undefined && line.operation !== operation) return false;
  if (outcome !== undefined && line.outcome !== outcome) return false;
  if (workspaceId !== undefined && line.workspaceId !== workspaceId) return false;
  if (since !== undefined && line.at < since) return false;
  if (until !== undefined && line.at > until) return false;
  return target === undefined || Object.values(line.target).flat().includes(target);
}

interface FileFacts {
  readonly last: number;
  readonly hash: string;
  readonly opened: readonly AuditAnchor[];
  readonly retired: readonly AuditAnchor[];
}

async function verify(folder: string, expected: readonly string[]): Promise<AuditReport> {
  const findings: AuditFinding[] = [];
  const missing = new Set(expected);
  const facts = new Map<string, FileFacts>();
  for (const file of await auditFilesIn(folder)) facts.set(file, await followFile(folder, file, { findings, missing }));
  const anchors = [...facts.values()].flatMap(({ opened, retired }) => [...opened, ...retired]);
  const retired = [...facts.values()].flatMap((fact) => fact.retired);
  for (const file of new Set(anchors.map((anchor) => anchor.file))) {
    const own = anchors.filter((anchor) => anchor.file === file);
    findings.push(...(await checkAnchors(folder, { file, anchors: own, last: facts.get(file)?.last }, retired)));
  }
  const ages = new Set(retired.map(({ hash }) => hash));
  for (const hash of missing) {
    if (!ages.has(hash))
      findings.push({ file: '', line: 0, message: `No line has the hash ${hash} that was expected.` });
  }
  return {
    files: facts.size,
    lines: [...facts.values()].reduce((sum, { last }) => sum + last, 0),
    heads: [...facts].map(([file, { last, hash }]) => ({ file, line: last, hash })),
    findings,
  };
}

async function followFile(
  folder: string,
  file: string,
  { findings, missing }: { readonly findings: AuditFinding[]; readonly missing: Set<string> },
): Promise<FileFacts> {
  let head = { line: 0, hash: NO_LINE };
  const opened: AuditAnchor[] = [];
  const retired: AuditAnchor[] = [];
  for (const [at, text] of (await linesOf(folder, file)).entries()) {
    const checked = checkLine(text, head);
    if (checked.wrong !== undefined) findings.push({ file, line: at + 1, message: checked.wrong });
    head = checked.head;
    missing.delete(head.hash);
    const { line } = checked;
    if (line !== undefined) (line.phase === 'retire' ? retired : opened).push(...line.anchors);
  }
  return { last: head.line, hash: head.hash, opened, retired };
}

/** Holds what other files say of one against what it is. */
async function checkAnchors(
  folder: string,
  {
    file,
    anchors,
    last,
  }: { readonly file: string; readonly anchors: readonly AuditAnchor[]; readonly last: number | undefined },
  retired: readonly AuditAnchor[],
): Promise<readonly AuditFinding[]> {
  const furthest = Math.max(...anchors.map(({ line }) => line));
  if (last === undefined) {
    const isRetired = retired.some((anchor) => anchor.file === file && anchor.line >= furthest);
    return isRetired ? [] : [{ file, line: 0, message: 'This file is gone, though no age took it away.' }];
  }
  const lines = await linesOf(folder, file);
  return anchors.flatMap(({ line, hash }) => {
    const text = lines[line - 1];
    if (text === undefined) return [{ file, line, message: 'The end of this file was cut off.' }];
    return parseLine(text)?.hash === hash ? [] : [{ file, line, message: 'Another file knew this line otherwise.' }];
  });
}

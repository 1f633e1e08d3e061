/** Sorts of sensitive text. */
export const FINDING_KINDS = ['secret', 'email', 'phone', 'ip-address', 'card-number', 'iban'] as const;
/** One of {@link FINDING_KINDS}. */
export type FindingKind = (typeof FINDING_KINDS)[number];

/** A place in a text that holds something that should not leave the machine. */
export interface Finding {
  readonly kind: FindingKind;
  /** Which rule found it, for instance `github-token`. */
  readonly rule: string;
  /** UTF-16 offsets, `[start, end)`. */
  readonly start: number;
  readonly end: number;
}

/**
 * Findings without overlaps, in order of place: of two that overlap the earlier stays, of two that begin together the
 * longer, and it grows to the end of the other, so that nothing found is left over.
 */
export function separateFindings(findings: readonly Finding[]): Finding[] {
  const sorted = [...findings].sort((a, b) => a.start - b.start || b.end - a.end || (a.rule < b.rule ? -1 : 1));
  const kept: Finding[] = [];
  for (const finding of sorted) {
    const last = kept.at(-1);
    if (last === undefined || finding.start >= last.end) kept.push(finding);
    else if (finding.end > last.end) kept[kept.length - 1] = { ...last, end: finding.end };
  }
  return kept;
}

/** The text with every finding replaced by its kind, for instance `[EMAIL]`. */
export function redact(text: string, findings: readonly Finding[]): string {
  let redacted = '';
  let from = 0;
  for (const finding of separateFindings(findings)) {
    redacted += `${text.slice(from, finding.start)}[${finding.kind.toUpperCase().replace('-', '_')}]`;
    from = finding.end;
  }
  return redacted + text.slice(from);
}

/** A finding for people: the first and last characters, and how long it is; never the whole. */
export function maskFinding(text: string, finding: Finding): string {
  const value = text.slice(finding.start, finding.end);
  const shown = value.length < 12 ? 1 : 4;
  const head = value.slice(0, shown).replace(/\s+/g, ' ');
  return `${head}... (${value.length} characters)`;
}

import { type Example, mapTexts, textsOf } from './example.js';
import { findSensitive, redactSensitive } from './find-sensitive.js';
import { type Finding, redact } from './finding.js';

/** A finding and the text that it lies in. */
export interface PlacedFinding {
  readonly text: string;
  readonly finding: Finding;
}

/** Secrets and personal data in an example's texts, and secrets in the address that it names as its source. */
export function findInExample(example: Example): PlacedFinding[] {
  const inTexts = textsOf(example).flatMap((text) => findSensitive(text).map((finding) => ({ text, finding })));
  const { uri } = example.provenance;
  return [...inTexts, ...findInAddress(uri).map((finding) => ({ text: uri, finding }))];
}

/** The example with its findings replaced by their kinds; its id changes with its texts. */
export function redactExample(example: Example): Example {
  const redacted = mapTexts(example, redactSensitive);
  const { provenance } = redacted;
  return { ...redacted, provenance: { ...provenance, uri: redact(provenance.uri, findInAddress(provenance.uri)) } };
}

/** Passwords and tokens in an address. Long random strings alone are the names of pages, documents and commits there. */
function findInAddress(uri: string): Finding[] {
  return findSensitive(uri).filter(({ kind, rule }) => kind === 'secret' && rule !== 'high-entropy');
}

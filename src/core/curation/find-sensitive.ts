import { findPersonal } from './find-personal.js';
import { findSecrets } from './find-secrets.js';
import { type Finding, redact, separateFindings } from './finding.js';

/** Secrets and personal data of a text, without overlaps, in order of place. */
export function findSensitive(text: string): Finding[] {
  const secrets = findSecrets(text);
  // A secret hides whatever it contains: the password of a URL is not the name of an e-mail address at the host as well.
  const others = findPersonal(text).filter(
    ({ kind, start, end }) =>
      !secrets.some((secret) => secret.start <= start && (kind === 'email' ? start < secret.end : end <= secret.end)),
  );
  return separateFindings([...secrets, ...others]);
}

/** More passes than any text needs; each takes away at least one finding. */
const MAX_PASSES = 50;

/**
 * The text with secrets and personal data replaced by their kinds, such that nothing is found in it any more: what a
 * pass writes can make a neighbour tell (`[IP_ADDRESS]` is a word after which four small numbers are an address).
 */
export function redactSensitive(text: string): string {
  let redacted = text;
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const findings = findSensitive(redacted);
    if (findings.length === 0) break;
    redacted = redact(redacted, findings);
  }
  return redacted;
}

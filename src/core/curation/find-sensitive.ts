import { findPersonal } from './find-personal.js';
import { findSecrets } from './find-secrets.js';
import { type Finding, separateFindings } from './finding.js';

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

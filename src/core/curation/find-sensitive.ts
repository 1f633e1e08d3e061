import { findPersonal } from './find-personal.js';
import { findSecrets } from './find-secrets.js';
import { type Finding, separateFindings } from './finding.js';

/** Secrets and personal data of a text, without overlaps, in order of place. */
export function findSensitive(text: string): Finding[] {
  const secrets = findSecrets(text);
  // A secret hides whatever it contains: the password of a URL is not an e-mail address as well.
  const others = findPersonal(text).filter(
    (finding) => !secrets.some((secret) => secret.start <= finding.start && finding.end <= secret.end),
  );
  return separateFindings([...secrets, ...others]);
}

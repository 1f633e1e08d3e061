import type { Finding } from './finding.js';

/** A manifest of a Secret, in YAML or JSON, as far as the next document. */
const MANIFEST = /\bkind["']?:[ \t]?["']?Secret\b(?:(?!\n---)[\s\S]){0,20000}/g;
/** A key and base64 behind it, on the line or as a block. */
const ENTRY =
  /[\w.-]{1,80}["']?:[ \t]{0,8}(?:[|>]-?[ \t]{0,4}\n[ \t]{1,20})?["']?([A-Za-z0-9+/]{8,8000}={0,2})(?=["'\s,}]|$)/g;

/** Values of Kubernetes Secrets: base64 that `isSecret` finds something in once it is decoded. */
export function findKubernetesSecrets(text: string, isSecret: (decoded: string) => boolean): Finding[] {
  if (!text.includes('Secret')) return [];
  const found: Finding[] = [];
  for (const manifest of text.matchAll(MANIFEST)) {
    for (const entry of manifest[0].matchAll(ENTRY)) {
      const base64 = entry[1] ?? '';
      const decoded = base64.replace(/=+$/, '').length % 4 === 1 ? '' : atob(base64.replace(/=+$/, ''));
      if (!/^[\x20-\x7e\s]{5,}$/.test(decoded) || !isSecret(decoded.trim())) continue;
      const end = manifest.index + entry.index + entry[0].length;
      found.push({ kind: 'secret', rule: 'kubernetes-secret', start: end - base64.length, end });
    }
  }
  return found;
}

import { shannonEntropy } from './entropy.js';
import type { Finding } from './finding.js';

/** A credential that is known by its form. */
interface SecretRule {
  readonly rule: string;
  /** A piece of plain text that every match holds, to pass over texts quickly. */
  readonly hint: string;
  readonly pattern: RegExp;
}

/** Forms that providers have published, so that scanners can find them. */
const RULES: readonly SecretRule[] = [
  {
    rule: 'private-key',
    hint: 'PRIVATE KEY',
    pattern:
      /-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----[\s\S]{16,20000}?-----END (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----/g,
  },
  {
    rule: 'private-key',
    hint: 'PRIVATE KEY',
    pattern: /-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----\s+(?:[A-Za-z0-9+/=]{16,}\s*){1,200}/g,
  },
  { rule: 'aws-access-key', hint: 'A', pattern: /(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?![A-Za-z0-9])/g },
  { rule: 'github-token', hint: 'gh', pattern: /(?<![A-Za-z0-9])gh[pousr]_[A-Za-z0-9]{36,251}(?![A-Za-z0-9])/g },
  {
    rule: 'github-token',
    hint: 'github_pat_',
    pattern: /(?<![A-Za-z0-9])github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}(?![A-Za-z0-9])/g,
  },
  {
    rule: 'gitlab-token',
    hint: 'gl',
    pattern: /(?<![A-Za-z0-9])gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent)-[A-Za-z0-9_-]{20,64}/g,
  },
  {
    rule: 'slack-token',
    hint: 'xo',
    pattern: /(?<![A-Za-z0-9])xox[abeoprs]-(?:\d-)?[A-Za-z0-9]{8,}(?:-[A-Za-z0-9]{8,}){0,5}/g,
  },
  { rule: 'slack-token', hint: 'xapp-', pattern: /(?<![A-Za-z0-9])xapp-\d-[A-Z0-9]{8,}-\d{8,}-[a-z0-9]{32,}/g },
  {
    rule: 'slack-webhook',
    hint: 'hooks.slack.com',
    pattern:
      /https:\/\/hooks\.slack\.com\/(?:services|workflows)\/T[A-Z0-9]{6,}\/[A-Z]{1,2}[A-Z0-9]{6,}\/[A-Za-z0-9]{16,}/g,
  },
  {
    rule: 'stripe-key',
    hint: '_',
    pattern: /(?<![A-Za-z0-9])(?:sk|rk|pk|whsec)_(?:(?:live|test)_)[A-Za-z0-9]{16,247}/g,
  },
  { rule: 'stripe-key', hint: 'whsec_', pattern: /(?<![A-Za-z0-9])whsec_[A-Za-z0-9+/]{24,}={0,2}/g },
  {
    rule: 'openai-key',
    hint: 'sk-',
    pattern: /(?<![A-Za-z0-9])sk-(?:(?:proj|svcacct|admin|None)-)?[A-Za-z0-9_-]{16,}T3BlbkFJ[A-Za-z0-9_-]{16,}/g,
  },
  {
    rule: 'openai-key',
    hint: 'sk-',
    pattern: /(?<![A-Za-z0-9])sk-(?=[A-Za-z0-9]*\d)(?=[A-Za-z0-9]*[A-Z])[A-Za-z0-9]{40,64}(?![A-Za-z0-9])/g,
  },
  { rule: 'openai-key', hint: 'sk-proj-', pattern: /(?<![A-Za-z0-9])sk-proj-[A-Za-z0-9_-]{40,200}/g },
  {
    rule: 'anthropic-key',
    hint: 'sk-ant-',
    pattern: /(?<![A-Za-z0-9])sk-ant-(?:api|admin|oat)\d{2}-[A-Za-z0-9_-]{40,120}/g,
  },
  { rule: 'google-api-key', hint: 'AIza', pattern: /(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/g },
  { rule: 'google-oauth', hint: 'GOCSPX-', pattern: /(?<![A-Za-z0-9])GOCSPX-[A-Za-z0-9_-]{28}/g },
  { rule: 'google-oauth', hint: 'ya29.', pattern: /(?<![A-Za-z0-9])ya29\.[A-Za-z0-9_-]{30,}/g },
  { rule: 'huggingface-token', hint: 'hf_', pattern: /(?<![A-Za-z0-9])hf_[A-Za-z]{30,40}(?![A-Za-z0-9])/g },
  { rule: 'npm-token', hint: 'npm_', pattern: /(?<![A-Za-z0-9])npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])/g },
  { rule: 'pypi-token', hint: 'pypi-', pattern: /(?<![A-Za-z0-9])pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{40,}/g },
  { rule: 'sendgrid-key', hint: 'SG.', pattern: /(?<![A-Za-z0-9])SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}/g },
  { rule: 'mailgun-key', hint: 'key-', pattern: /(?<![A-Za-z0-9_-])key-[0-9a-f]{32}(?![0-9a-f])/g },
  { rule: 'mailchimp-key', hint: '-us', pattern: /(?<![A-Za-z0-9])[0-9a-f]{32}-us\d{1,2}(?!\d)/g },
  { rule: 'twilio-key', hint: 'SK', pattern: /(?<![A-Za-z0-9])SK[0-9a-f]{32}(?![0-9a-f])/g },
  { rule: 'telegram-token', hint: ':AA', pattern: /(?<![A-Za-z0-9])\d{8,10}:AA[A-Za-z0-9_-]{32,33}(?![A-Za-z0-9_-])/g },
  { rule: 'digitalocean-token', hint: '_v1_', pattern: /(?<![A-Za-z0-9])do[por]_v1_[0-9a-f]{64}/g },
  { rule: 'shopify-token', hint: 'shp', pattern: /(?<![A-Za-z0-9])shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}/g },
  { rule: 'databricks-token', hint: 'dapi', pattern: /(?<![A-Za-z0-9])dapi[0-9a-f]{32}(?:-\d)?(?![0-9a-f])/g },
  { rule: 'linear-key', hint: 'lin_', pattern: /(?<![A-Za-z0-9])lin_(?:api|oauth)_[A-Za-z0-9]{32,64}/g },
  { rule: 'notion-token', hint: 'ntn_', pattern: /(?<![A-Za-z0-9])ntn_[A-Za-z0-9]{40,60}/g },
  { rule: 'postman-key', hint: 'PMAK-', pattern: /(?<![A-Za-z0-9])PMAK-[0-9a-f]{24}-[0-9a-f]{34}/g },
  { rule: 'vault-token', hint: 'hv', pattern: /(?<![A-Za-z0-9])hv[sbr]\.[A-Za-z0-9_-]{24,200}/g },
  { rule: 'azure-key', hint: 'AccountKey=', pattern: /(?<=AccountKey=)[A-Za-z0-9+/]{86}==/g },
  {
    rule: 'discord-token',
    hint: '.',
    pattern: /(?<![A-Za-z0-9_-])[MNO][A-Za-z\d_-]{23,27}\.[A-Za-z\d_-]{6}\.[A-Za-z\d_-]{27,40}(?![A-Za-z\d_-])/g,
  },
  {
    rule: 'json-web-token',
    hint: 'eyJ',
    pattern: /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}/g,
  },
];

/** A name that announces a secret, an assignment, and a value. */
const ASSIGNED =
  /(?<![A-Za-z])((?:[A-Za-z0-9]{1,40}[_.-]){0,4}(?:api[_-]?key|apikey|secret(?:[_-]?(?:access[_-]?)?key)?|client[_-]?secret|access[_-]?token|auth[_-]?token|refresh[_-]?token|token|passwd|password|pwd|passphrase|private[_-]?key|credentials?))["'`]?[ \t]{0,4}(?::=|=>|=|:)[ \t]{0,4}(?:bearer\s+|basic\s+)?(["'`]?)([^\s"'`,;<>{}()[\]]{8,200})\2/gi;
/** An Authorization header with its credential. */
const BEARER = /\b(?:authorization["'`]?\s{0,3}[:=]\s{0,3}["'`]?)?bearer\s+([A-Za-z0-9._~+/-]{20,500}={0,2})/gi;
/** Password of a URL: `scheme://user:password@host`. */
const URL_PASSWORD = /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@"'<>]{0,64}:([^\s:/@"'<>]{3,200})@[A-Za-z0-9[]/gi;

/** Words that stand where a secret would stand in a document that explains how to set one. */
const PLACEHOLDER =
  /^(?:\[[A-Z_]+\]|[x*.#_-]+|\$.*|%.*|.*(?:your|example|sample|placeholder|change[_-]?me|changeit|insert|replace|redacted|dummy|fake|todo|secret[_-]?here|key[_-]?here|goes[_-]?here|xxx|\.\.\.|abcdef|123456|process\.env|os\.environ|getenv).*)$/i;
/** Ordinary values of options that happen to be called token, key or password: words, paths, identifiers, types, numbers. */
const ORDINARY =
  /^(?:[a-z]+(?:[_.-][A-Za-z]+)*|[A-Za-z]+(?:[_.-][A-Za-z]+)+|[A-Z]?[a-z]+(?:[A-Z][a-z]+)*\d{0,2}|[A-Z][A-Z0-9_]*|[\d.,:]+|(?:\/|\.{1,2}\/|~\/).*|https?:\/\/.*|[\w.-]+@[\w.-]+|sha(?:1|256|512)[:-].*|[A-Za-z_][\w.]*(?:\.[A-Za-z_]\w*)+)$/;

/** Whether a value looks drawn at random rather than written by a person. */
function isRandomLooking(value: string): boolean {
  if (PLACEHOLDER.test(value) || ORDINARY.test(value)) return false;
  if (/^[A-Za-z]+$/.test(value) && countCaseChanges(value) < 5) return false;
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((kind) => kind.test(value)).length;
  if (kinds < 2) return false;
  // Entropy per character grows with length; 8 different characters give 3 bits, 20 random base64 ones about 4.
  return shannonEntropy(value) >= (value.length < 16 ? 2.5 : 3);
}

function countCaseChanges(letters: string): number {
  return letters.match(/[a-z](?=[A-Z])|[A-Z](?=[a-z])/g)?.length ?? 0;
}

function findAssigned(text: string): Finding[] {
  const found: Finding[] = [];
  for (const match of text.matchAll(ASSIGNED)) {
    const value = match[3] ?? '';
    if (!isRandomLooking(value)) continue;
    const start = match.index + match[0].length - value.length - (match[2] ?? '').length;
    found.push({ kind: 'secret', rule: 'assigned-secret', start, end: start + value.length });
  }
  for (const match of text.matchAll(BEARER)) {
    const value = match[1] ?? '';
    if (!isRandomLooking(value)) continue;
    const start = match.index + match[0].length - value.length;
    found.push({ kind: 'secret', rule: 'bearer-token', start, end: start + value.length });
  }
  return found;
}

function findUrlPasswords(text: string): Finding[] {
  if (!text.includes('://')) return [];
  const found: Finding[] = [];
  for (const match of text.matchAll(URL_PASSWORD)) {
    const value = match[1] ?? '';
    if (
      PLACEHOLDER.test(value) ||
      /^(?:pass(?:word|wd)?|pw|pwd|secret|token|user(?:name)?|postgres|root|admin|guest|test|mysql)$/i.test(value)
    )
      continue;
    const start = match.index + match[0].lastIndexOf(`:${value}@`) + 1;
    found.push({ kind: 'secret', rule: 'url-password', start, end: start + value.length });
  }
  return found;
}

const CANDIDATE = /(?<![A-Za-z0-9+/=_.:@#-])[A-Za-z0-9+/_-]{32,128}={0,2}(?![A-Za-z0-9+/=_-])/g;

/** Random base64 of n characters comes within .95 bits of log2(n) up to 4.6; words joined by dashes do not. */
function isEvenlySpread(value: string): boolean {
  return shannonEntropy(value) >= Math.min(Math.log2(value.length) - 0.95, 4.6);
}

/** Long unbroken strings of high entropy with capitals, small letters and digits mixed throughout. */
function findRandomStrings(text: string): Finding[] {
  const found: Finding[] = [];
  for (const match of text.matchAll(CANDIDATE)) {
    const [value] = match;
    if (!/[a-z]/.test(value) || !/[A-Z]/.test(value) || !/\d/.test(value) || value.startsWith('eyJ')) continue;
    if (isHashOrPath(value, text, match.index) || PLACEHOLDER.test(value) || !isEvenlySpread(value)) continue;
    found.push({ kind: 'secret', rule: 'high-entropy', start: match.index, end: match.index + value.length });
  }
  return found;
}

/** Checksums (`sha512-...`), paths and slugs are long and varied too. */
function isHashOrPath(value: string, text: string, start: number): boolean {
  if (/^(?:sha\d+-|[0-9a-f]+$|[0-9A-F]+$)/.test(value)) return true;
  const parts = value.split('/').filter((part) => part !== '');
  const words = parts.filter((part) => /^[A-Za-z]?[a-z]{2,}(?:[-_][A-Za-z]?[a-z]+)*\d{0,2}$/.test(part));
  if (parts.length >= 3 && words.length * 2 >= parts.length) return true;
  if (
    /(?:sha\d{3}|integrity|checksum|digest|data:[a-z]+\/[a-z+]+;base64,)["'\s:=-]*$/i.test(
      text.slice(Math.max(0, start - 40), start),
    )
  )
    return true;
  // Runs of six and more small letters are words; two of them stand in less than one random string in a hundred.
  return (value.match(/[a-z]{6,}/g)?.length ?? 0) >= 2 || /[a-z]{10,}/.test(value);
}

/** Secrets in a text: keys and tokens by their providers' forms, private keys, passwords in URLs, values assigned to secret names, random strings. */
export function findSecrets(text: string): Finding[] {
  const found: Finding[] = [];
  for (const { rule, hint, pattern } of RULES) {
    if (!text.includes(hint)) continue;
    for (const match of text.matchAll(pattern)) {
      if (/^[A-Za-z0-9]+[_-](.)\1+$/.test(match[0]) || /(?:EXAMPLE|XXXXXX|xxxxxx)/.test(match[0])) continue;
      found.push({ kind: 'secret', rule, start: match.index, end: match.index + match[0].length });
    }
  }
  return [...found, ...findAssigned(text), ...findUrlPasswords(text), ...findRandomStrings(text)];
}

import { findCards, findIbans } from './find-accounts.js';
import { findAddresses } from './find-addresses.js';
import { findPhones } from './find-phones.js';
import type { Finding } from './finding.js';

/** Host names that can hold no mailbox (RFC 2606, RFC 6761). */
const SAMPLE_DOMAIN = /(?:^|\.)(?:invalid|localhost|local)$/i;
/** Domains set aside for documents (RFC 2606) and those that authors make up. */
const MADE_UP_DOMAIN =
  /(?:^|\.)(?:example(?:\.\w+)?|test|(?:your|my)-?(?:domain|company|host|server|email|mail|org|site|app)\.\w+|(?:domain|company|host|server|site|email|acme|foo|bar|test)\.(?:com|org|net|io|tld)|mail\.com|github\.com|gitlab\.com|bitbucket\.org)$/i;
/** A single word, as in `ada@example.com` or `user+tag@example.com`: at a made-up domain it is no person's address. */
const SAMPLE_NAME =
  /^(?:no-reply|(?:your|my|some)[-_.]?\w*|(?:john|jane|first)[._](?:doe|last)|(?:user|test|name|foo|bar)\d?|[a-z]+)(?:\+[\w.-]*)?$/i;

/** Letters that words are written apart in; Chinese or Japanese text may stand right before an address. */
const LETTER = String.raw`\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{N}`;
const LABEL = String.raw`[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]{0,61}[\p{L}\p{N}\p{M}])?`;
/** Names of addresses: with an Irish prefix anywhere, of a returned letter (`bounces+1-ann=home.net@list.net`), or in quotes. */
const NAME = `(?:\\p{Lo}{1,10}[._-])?(?:[\\w.]{1,32}[+-][\\w.+-]{0,40}=)?(?:(?:[${LETTER}]{1,32}[._-])?[ODod]['\\u2019])?[${LETTER}_](?:[${LETTER}\\p{M}._%+&#-]{0,62}[${LETTER}_+-])?`;
/** An address (RFC 5321, RFC 6531) that is no part of a longer word, path or remote (`git@host:path`). */
const EMAIL = new RegExp(
  `(?:(?<![${LETTER}._%+/@-](?<!\\\\[nrt]))${NAME}|"[${LETTER}][${LETTER} ._-]{0,62}")@(?:(?:${LABEL}\\.){1,8}(?:xn--[A-Za-z0-9-]{2,59}|[A-Za-z]{2,24}|(?:(?![A-Za-z])\\p{L}){2,24})|\\[(?:\\d{1,3}\\.){3}\\d{1,3}\\])(?![A-Za-z0-9@]|[.-][A-Za-z0-9]|:[A-Za-z_~/])`,
  'gu',
);
/** File endings that follow an `@` in image names and package paths, where a top-level domain would stand. */
const FILE_ENDING =
  /\.(?:png|jpe?g|gif|svg|webp|css|js|mjs|cjs|ts|tsx|jsx|json|md|html?|py|rs|go|rb|java|sh|ya?ml|toml|lock|txt|so|dll|exe)$/i;

/** E-mail addresses, but for `user@example.com` and its like and for `git@host` remotes. */
function findEmails(text: string): Finding[] {
  if (!text.includes('@')) return [];
  const found: Finding[] = [];
  for (const match of text.matchAll(EMAIL)) {
    const [address] = match;
    const at = address.lastIndexOf('@');
    const [name, domain] = [address.slice(0, at), address.slice(at + 1)];
    if (SAMPLE_DOMAIN.test(domain) || FILE_ENDING.test(domain) || isSample(name, domain)) continue;
    found.push({ kind: 'email', rule: 'email', start: match.index, end: match.index + address.length });
  }
  return found;
}

/** Whether an address is made up for a document: a plain word at a domain of nobody, or letters alone (`a@b.co`). */
function isSample(name: string, domain: string): boolean {
  if (MADE_UP_DOMAIN.test(domain) && SAMPLE_NAME.test(name)) return true;
  return /^\w\.\w+$/.test(domain) && /^(?:\w{1,3}|user|test|name)$/i.test(name);
}

/** Personal data in a text: e-mail addresses, telephone numbers, public IP addresses, card numbers and IBANs. */
export function findPersonal(text: string): Finding[] {
  const found = findEmails(text);
  if (!/\d[\s\S]?\d|[0-9A-Fa-f]:[0-9A-Fa-f:]/.test(text)) return found;
  return [...found, ...findIbans(text), ...findCards(text), ...findAddresses(text), ...findPhones(text)];
}

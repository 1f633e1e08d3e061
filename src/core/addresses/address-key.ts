/** One character of an address, or one `%XX` that may not be decoded, with what it stands for. */
interface Token {
  /** What is compared: a decoded character, or an escape in upper case where decoding it would change the address. */
  readonly key: string;
  /** Whether the plain and the encoded character are the same address here. */
  readonly isFree: boolean;
}

interface SplitAddress {
  /** Scheme and authority in lower case, empty for what has none. */
  readonly head: string;
  readonly tokens: readonly Token[];
}

/** Where a prefix or a whole address must end. */
export type AddressMatch = 'whole' | 'prefix';

/**
 * The form in which addresses are compared: scheme and host in lower case, escapes decoded where that changes nothing
 * (RFC 3986, section 6.2.2), canonical composition (NFC). Two spellings of one address have one key.
 */
export function addressKey(address: string): string {
  const { head, tokens } = split(address);
  return head + tokens.map(({ key }) => key).join('');
}

/**
 * A regular expression (without flags, for JavaScript and for Rust) that finds every spelling of an address, or of all
 * that begins with it. A final slash means the folder: what lies in it, and the folder's own page.
 */
export function addressPattern(address: string, match: AddressMatch): string {
  const { head, tokens } = split(address);
  const last = tokens.findLastIndex(({ key }) => key !== '/');
  const isFolder = last < tokens.length - 1;
  const body = patternOf(head, tokens.slice(0, last + 1));
  if (match === 'whole') return `${body}/*$`;
  return isFolder ? `${body}(?:/|$)` : body;
}

function patternOf(head: string, tokens: readonly Token[]): string {
  return [...head].map(anyCase).join('') + clusters(tokens).map(clusterPattern).join('');
}

function split(address: string): SplitAddress {
  const found = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)/i.exec(address);
  if (found === null) return { head: '', tokens: tokensOf(address, { isFile: false }) };
  const scheme = (found[1] ?? '').toLowerCase();
  const isFile = scheme === 'file';
  const rest = address.slice(found[0].length);
  return { head: `${scheme}://${isFile ? '' : authorityOf(found[0])}`, tokens: tokensOf(rest, { isFile }) };
}

/** Host and port as URLs have them: lower case, international names in ASCII, no default port. */
function authorityOf(start: string): string {
  const typed = start.slice(start.indexOf('//') + 2);
  if (!URL.canParse(start)) return typed.toLowerCase();
  const { host, username } = new URL(start);
  return host === '' ? typed.toLowerCase() : `${username === '' ? '' : `${username}@`}${host}`;
}

/** Escapes of these would end or divide a part if they were decoded. */
const DIVIDING = new Set(['/', '%']);
const DIVIDING_ON_WEB = new Set(['?', '#']);
const DIVIDING_IN_QUERY = new Set(['&', '=', '+', ';']);

function tokensOf(text: string, { isFile }: { readonly isFile: boolean }): Token[] {
  const tokens: Token[] = [];
  let isQuery = false;
  const divides = (char: string): boolean =>
    DIVIDING.has(char) || (!isFile && DIVIDING_ON_WEB.has(char)) || (isQuery && DIVIDING_IN_QUERY.has(char));
  for (const [part] of text.matchAll(/(?:%[0-9a-f]{2})+|[\s\S]/giu)) {
    if (part.length === 1 || !part.startsWith('%')) {
      isQuery ||= !isFile && part === '?';
      tokens.push(part === '%' ? { key: '%25', isFree: true } : { key: part, isFree: !divides(part) });
      continue;
    }
    for (const char of decoded(part)) {
      const isEscape = char.length > 1 && char.startsWith('%');
      if (isEscape) tokens.push({ key: char, isFree: false });
      else if (char === '%') tokens.push({ key: '%25', isFree: true });
      else tokens.push(divides(char) ? { key: encodedOf(char), isFree: false } : { key: char, isFree: true });
    }
  }
  return composed(tokens);
}

/** The characters of a run of escapes; bytes that are no UTF-8 stay as escapes. */
function decoded(run: string): string[] {
  try {
    return [...decodeURIComponent(run)];
  } catch {
    // Some bytes are no UTF-8: each whole character among them is decoded, the rest stays.
    const found: string[] = [];
    for (let at = 0; at < run.length; ) {
      const [char, length] = charAt(run, at);
      found.push(char);
      at += length;
    }
    return found;
  }
}

function charAt(run: string, at: number): [string, number] {
  for (const length of [3, 6, 9, 12]) {
    try {
      return [decodeURIComponent(run.slice(at, at + length)), length];
    } catch {
      // It takes more bytes, or is none.
    }
  }
  return [run.slice(at, at + 3).toUpperCase(), 3];
}

function encodedOf(char: string): string {
  return [...new TextEncoder().encode(char)]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('');
}

/** Runs of free characters in canonical composition. */
function composed(tokens: readonly Token[]): Token[] {
  const result: Token[] = [];
  let run = '';
  const flush = (): void => {
    for (const key of run.normalize('NFC')) result.push({ key, isFree: true });
    run = '';
  };
  for (const token of tokens) {
    if (token.isFree && token.key !== '%25') run += token.key;
    else {
      flush();
      result.push(token);
    }
  }
  flush();
  return result;
}

/** Characters with the marks that stand on them, each to be found composed and decomposed. */
function clusters(tokens: readonly Token[]): Token[] {
  const result: Token[] = [];
  for (const token of tokens) {
    const base = result.at(-1);
    if (base?.isFree === true && token.isFree && /^\p{M}/u.test(token.key)) {
      result[result.length - 1] = { key: base.key + token.key, isFree: true };
    } else result.push(token);
  }
  return result;
}

function clusterPattern({ key, isFree }: Token): string {
  if (key === '%25') return '(?:%25|%)';
  if (!isFree) return key.startsWith('%') && key.length > 1 ? escapePattern(key) : literal(key);
  const spellings = [...new Set([key, key.normalize('NFD')])].map((text) => [...text].map(freePattern).join(''));
  return spellings.length === 1 ? (spellings[0] ?? '') : `(?:${spellings.join('|')})`;
}

function freePattern(char: string): string {
  return `(?:${literal(char)}|${escapePattern(encodedOf(char))})`;
}

/** An escape in either case of its digits. */
function escapePattern(octets: string): string {
  return [...octets].map(anyCase).join('');
}

function anyCase(char: string): string {
  const [lower, upper] = [char.toLowerCase(), char.toUpperCase()];
  return /^[a-z]$/i.test(char) ? `[${lower}${upper}]` : literal(char);
}

function literal(char: string): string {
  return char.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

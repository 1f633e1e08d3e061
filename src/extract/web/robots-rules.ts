/** What a robots.txt says to one robot. */
export interface RobotsText {
  /** In the order written. */
  readonly rules: readonly RobotsRule[];
  /** Seconds as written; undefined when there are none. */
  readonly crawlDelay: number | undefined;
  /** As written, of the whole file. */
  readonly sitemaps: readonly string[];
}

/** One `Allow` or `Disallow` line. */
export interface RobotsRule {
  readonly isAllowed: boolean;
  /** Texts that stand in an address in this order, in one spelling; the first begins it, stars stood between them. */
  readonly parts: readonly string[];
  /** Whether the last part ends the address. */
  readonly isAnchored: boolean;
  /** Octets of the pattern: of the rules that match, the longest counts. */
  readonly length: number;
}

type Field = 'agent' | 'allow' | 'disallow' | 'delay' | 'sitemap';

/** Field names, with the slips that Google's reader forgives: a rule that is obeyed in vain costs nobody anything. */
const FIELDS: ReadonlyMap<string, Field> = new Map([
  ['user-agent', 'agent'],
  ['useragent', 'agent'],
  ['user agent', 'agent'],
  ['allow', 'allow'],
  ['disallow', 'disallow'],
  ['dissallow', 'disallow'],
  ['dissalow', 'disallow'],
  ['disalow', 'disallow'],
  ['diasllow', 'disallow'],
  ['disallaw', 'disallow'],
  ['crawl-delay', 'delay'],
  ['sitemap', 'sitemap'],
  ['site-map', 'sitemap'],
]);

/** Longer lines are cut, as Google cuts them: eight times the longest address. */
const MAX_LINE_CHARACTERS = 16_664;

/**
 * Reads a robots.txt as RFC 9309 says: all groups that name the robot count together, and where none does, those for
 * `*`. A group goes on over empty lines and unknown fields until a `User-agent` follows a rule. Never throws.
 * @param robot product token in lower case
 */
export function readRobotsText(text: string, robot: string): RobotsText {
  const own = new Audience();
  const all = new Audience();
  const sitemaps: string[] = [];
  let hasRules = true;
  for (const line of text.replace(/^\ufeff/, '').split(/\r\n|\r|\n/)) {
    const [field, value] = readLine(line);
    if (field === 'agent') {
      if (hasRules) own.isAddressed = all.isAddressed = false;
      hasRules = false;
      if (productOf(value) === robot) own.address();
      if (productOf(value) === '*') all.address();
    } else if (field === 'sitemap') {
      if (value !== '') sitemaps.push(value);
    } else if (field !== undefined) {
      if (field !== 'delay') hasRules = true;
      own.hear(field, value);
      all.hear(field, value);
    }
  }
  const heard = own.wasAddressed ? own : all;
  return { rules: heard.rules, crawlDelay: heard.crawlDelay, sitemaps };
}

/** Whether rules let an address be fetched: the longest that matches decides, of two equally long ones the kinder. */
export function isPathAllowed(rules: readonly RobotsRule[], url: string): boolean {
  const { pathname, search } = new URL(url);
  const address = oneSpelling(pathname + search);
  let best: RobotsRule | undefined;
  for (const rule of rules) {
    const isBetter = best === undefined || rule.length > best.length || (rule.length === best.length && rule.isAllowed);
    if (isBetter && matches(rule, address)) best = rule;
  }
  return best?.isAllowed !== false;
}

/** The rules for those that a group addresses. */
class Audience {
  isAddressed = false;
  wasAddressed = false;
  crawlDelay: number | undefined;
  readonly rules: RobotsRule[] = [];

  address(): void {
    this.isAddressed = this.wasAddressed = true;
  }

  hear(field: Field, value: string): void {
    if (!this.isAddressed || value === '') return;
    if (field === 'delay') {
      const delay = Number(value);
      if (!Number.isNaN(delay)) this.crawlDelay = delay;
    } else this.rules.push(toRule(value, field === 'allow'));
  }
}

/** Field and value of a line; a colon that was forgotten between two words is read as if it stood there. */
function readLine(line: string): readonly [Field | undefined, string] {
  const said = line.slice(0, MAX_LINE_CHARACTERS).replace(/#.*$/s, '').trim();
  const at = said.indexOf(':');
  if (at !== -1) return [FIELDS.get(said.slice(0, at).trim().toLowerCase()), said.slice(at + 1).trim()];
  const words = said.split(/[ \t]+/, 3);
  return words.length === 2 ? [FIELDS.get((words[0] ?? '').toLowerCase()), words[1] ?? ''] : [undefined, ''];
}

/** The product token that a `User-agent` line names: `Quarry/1.0 (x)` is `quarry`. */
function productOf(value: string): string {
  if (/^\*(?:\s|$)/.test(value)) return '*';
  return (/^[a-z_-]*/i.exec(value)?.[0] ?? '').toLowerCase();
}

function toRule(value: string, isAllowed: boolean): RobotsRule {
  const isAnchored = value.endsWith('$');
  const path = isAnchored ? value.slice(0, -1) : value;
  let inQuery = false;
  const parts = path.split('*').map((part, at) => {
    // What a star stands for may hold the question mark; an equals sign behind it tells.
    const spelled = oneSpelling(part, inQuery || (at > 0 && part.includes('=')));
    inQuery ||= part.includes('?');
    return spelled;
  });
  const octets = parts.join('*').replace(/%[0-9A-F]{2}/g, '.').length;
  return { isAllowed, parts, isAnchored, length: octets + (isAnchored ? 1 : 0) };
}

function matches(rule: RobotsRule, address: string): boolean {
  const [first = '', ...others] = rule.parts;
  if (!address.startsWith(first)) return false;
  const last = rule.isAnchored ? others.pop() : undefined;
  let at = first.length;
  for (const part of others) {
    const found = address.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  if (!rule.isAnchored) return true;
  return last === undefined ? at === address.length : address.endsWith(last) && address.length - last.length >= at;
}

/**
 * A path and its query in one spelling, for rules and addresses alike: unreserved characters stand for themselves and
 * all others are escaped (RFC 9309, 2.2.2), but for those that divide (`/ ? & =`). An escaped `/` or `?` is another
 * character than a plain one in a path, and the same in a query.
 */
function oneSpelling(path: string, isQuery = false): string {
  let inQuery = isQuery;
  return path.replace(/%[0-9a-f]{2}|[^A-Za-z0-9\-._~/&=]/giu, (found) => {
    if (found === '?') {
      inQuery = true;
      return found;
    }
    if (found.length < 3 || !found.startsWith('%')) return escapeCharacter(found);
    const character = String.fromCharCode(Number.parseInt(found.slice(1), 16));
    const isPlain = /[A-Za-z0-9\-._~]/.test(character) || (inQuery && /[/?]/.test(character));
    return isPlain ? character : found.toUpperCase();
  });
}

function escapeCharacter(character: string): string {
  const bytes = new TextEncoder().encode(character);
  return Array.from(bytes, (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

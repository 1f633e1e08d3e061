import type { Finding } from './finding.js';
import { isPassword, isRandomValue, isUnspeakable, isUnspeakablePassword } from './secret-values.js';

/** Names of secrets, however words are joined; the group holds those of passwords, which people choose. */
const NAME =
  /(?:private[_-]?key[_-]?id|(?:api|access|app|auth|signing|encryption|master|private|shared|account|subscription|service|session|hmac|storage|webhook|deploy)[_\- ]?(?:access[_\- ]?)?(?:key|token|secret)|api[_-]?key|secret[_\- ]?(?:access[_\- ]?)?key|secret|token|_auth|(passw(?:or)?d|passphrase|passwort|kennwort|mot de passe|contrase\u00f1a|pwd|credentials?|(?:smtp|db|ftp|mail|ssh|admin|root|user)[_-]?(?:pass|pw)|(?<![A-Za-z])(?:pw|psk))|(?<![A-Za-z])pass(?=["'\\]]{0,2}[ \t]?[:=]))(?:s|[_-]?base|[_-](?:value|prod|production|dev|staging|live|test|old|new|primary|secondary|plain|raw|\d{1,2}))?(?![A-Za-z])/gi;
/** What closes a name (quotes, brackets, marks of emphasis) and may tell its type. */
const CLOSE = String.raw`(?:\\{0,3}["'\x60]|[\])*_]){0,4}(?:[ \t]?:?[ \t]?(?:string|str|String)(?=[ \t]*[:=]))?`;
/** An assignment of any language, a header, an element, an attribute, an argument, a cell of a table. */
const ASSIGN = new RegExp(
  `${CLOSE}(?:[ \\t]{0,20}(?::=|=>|->|\u2192|={1,3}|:(?!:)|\\|)|[ \\t]{1,4}(?:value|content)[ \\t]?=|>|(?<=["'\\x60]),(?=[ \\t]{0,4}["'\\x60]))(?:[ \\t]{0,4}\\r?\\n[ \\t]{0,20}|[ \\t]{0,20})(?:(?:bearer|basic|token|apikey)[ \\t]+)?`,
  'iy',
);
/** A mention in a sentence or after an option of a command. */
const MENTION = /(?:[ \t](?:is|was|will be|of|to|=>|\u2192))?(?:[ \t:]|[ \t]?[([]){1,3}/iy;
/** What opens a value, and the value: up to the same quote, or as far as a bare word goes. */
const VALUE =
  /(\\{0,3}(["'`])|[([]|\*{1,2}(?=[^\s*]{6,80}\*))?((?<=["'`])(?:(?!\\{0,3}\2)[^\s]){6,4000}(?=\\{0,3}\2)|(?:\\(?![nrt"'`])|[^\s"'`,;<>|{}[\]\\\u0080-\uffff]){6,4000})/y;

/** Length from which a value is read once only. */
const MONSTER = 300;

/** A password of a command: of the user in `-u user:password`, and of the tools whose option is a single letter. */
const COMMANDS: readonly RegExp[] = [
  /(?<=\s(?:-u|--user)[ =]["']?[^\s:"'/]{1,64}:)(?!\/\/)[^\s"']{6,200}(?=["'\s]|$)/g,
  /(?<=\bmysql\w{0,10}(?: [^\n|;]{0,80})? -p["']?)[^\s"'-][^\s"']{5,100}/g,
  /(?<=\b(?:sshpass|login|mongo\w{0,6})(?: [^\n|;]{0,80})? -p[ =]?["']?)[^\s"'-][^\s"']{5,100}/g,
  /(?<=\bredis-cli(?: [^\n|;]{0,80})? -a[ =]?["']?)[^\s"'-][^\s"']{5,100}/g,
  /(?<=\bcookie["']?[ \t]?[:=][ \t]?["']?[^\n"']{0,200}(?:sess\w{0,12}|sid|auth\w{0,12}|token)=)[^\s;"',]{16,300}/gi,
  /(?<=\bcredentials?["']?[ \t]?[:=][ \t]?["']?[\w.@-]{1,40} ?[/:] ?)[^\s"'/]{6,100}/gi,
];

/** The value that is given to the name ending at `from`, and whether it is assigned or only mentioned; undefined where none follows. */
function valueAfter(text: string, from: number): { value: string; start: number; isAssigned: boolean } | undefined {
  ASSIGN.lastIndex = from;
  const isAssigned = ASSIGN.test(text);
  MENTION.lastIndex = from;
  if (!isAssigned && !MENTION.test(text)) return undefined;
  VALUE.lastIndex = isAssigned ? ASSIGN.lastIndex : MENTION.lastIndex;
  const at = VALUE.lastIndex;
  const match = VALUE.exec(text);
  if (match === null) return undefined;
  const [, opening = '', quote, whole = ''] = match;
  return { value: quote === undefined ? trimmed(whole, opening) : whole, start: at + opening.length, isAssigned };
}

/** A bare word without the rest of a query, the punctuation of the sentence and brackets that were opened before it. */
function trimmed(word: string, opening: string): string {
  const [first = ''] = word.split(/&(?=[\w.-]{1,40}=)/);
  const bare = first.includes('(') ? first : first.replace(/\)+(?:[.,;:\]].*)?$/, '');
  return bare.replace(opening.startsWith('*') ? /[.,:*]+$/ : /[.,:]+$/, '');
}

/** Whether the name is that of an option (`--token x`) or of a netrc entry: what follows is its value. */
function isOption(text: string, start: number): boolean {
  return /(?:^|\s)(?:--?[\w-]{0,40}|login \S{1,60} )$/i.test(text.slice(Math.max(0, start - 72), start));
}

/** Whether the name is a parameter of a picture: tokens of badges in a README are public. */
function isBadge(text: string, start: number): boolean {
  return text.slice(Math.max(0, start - 5), start) === '.svg?';
}

/** Values that stand behind the name of a secret: assigned in code, configuration, headers and options, or told in a sentence. */
export function findNamedSecrets(text: string): Finding[] {
  const found: Finding[] = [];
  let skipTo = 0;
  for (const match of text.matchAll(NAME)) {
    if (match.index < skipTo) continue;
    const after = valueAfter(text, match.index + match[0].length);
    if (after === undefined || isBadge(text, match.index)) continue;
    // Names inside a word this long announce nothing; reading on from each of them would take time and again the same text.
    if (after.value.length >= MONSTER) skipTo = after.start + after.value.length;
    const isAssigned = after.isAssigned || isOption(text, match.index);
    const tests = match[1] === undefined ? [isRandomValue, isUnspeakable] : [isPassword, isUnspeakablePassword];
    if (tests[isAssigned ? 0 : 1]?.(after.value) !== true) continue;
    const { start, value } = after;
    found.push({ kind: 'secret', rule: 'assigned-secret', start, end: start + value.length });
  }
  return [...found, ...findCommandPasswords(text)];
}

function findCommandPasswords(text: string): Finding[] {
  if (!/ -|credential|cookie/i.test(text)) return [];
  return COMMANDS.flatMap((pattern) =>
    [...text.matchAll(pattern)]
      .filter(([value]) => isPassword(value))
      .map(
        (match): Finding => ({
          kind: 'secret',
          rule: 'command-password',
          start: match.index,
          end: match.index + match[0].length,
        }),
      ),
  );
}

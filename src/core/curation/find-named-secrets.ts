import type { Finding } from './finding.js';
import {
  isPassphrase,
  isPassword,
  isRandomValue,
  isToldPassword,
  isUnspeakable,
  isUnspeakablePassword,
  type SecretContext,
} from './secret-values.js';

/** Names of secrets, however words are joined; the group holds those of passwords, which people choose. */
const NAME =
  /(?:private[_-]?key[_-]?id|(?:api|access|app|auth|signing|encryption|master|private|shared|account|subscription|service|session|hmac|storage|webhook|deploy|licen[cs]e|admin|client|consumer|server|aes|jwt)[_\- ]?(?:access[_\- ]?)?(?:key|token|secret)|api[_-]?key|secret[_\- ]?(?:access[_\- ]?)?key|secret|token|_auth|(passw(?:or)?d|passphrase|passwort|kennwort|mot de passe|contrase\u00f1a|senha|wachtwoord|has\u0142o|\u043f\u0430\u0440\u043e\u043b\u044c|\u5bc6\u7801|\u5bc6\u78bc|\u30d1\u30b9\u30ef\u30fc\u30c9|\ube44\ubc00\ubc88\ud638|pwd|credentials?|(?:smtp|s?ftp|imap|e?mail|ssh|admin|root|user|login|default|bind|sudo|proxy|vault|db|database|redis|mysql|postgres|mongo|rabbit|ldap|key|store|wifi)[_-]?(?:pass|pw|psk)|(?<![A-Za-z])(?:pw|psk)|(?<![A-Za-z])pass(?=["'\]\\]{0,3}[ \t]?[:=]{1,2}>?[ \t]?["']))|(?<![A-Za-z])pass(?=["'\]\\]{0,3}[ \t]?[:=]))(?:s|[_-]?base|[_-](?:value|prod|production|dev|staging|live|test|old|new|primary|secondary|plain|raw|\d{1,2}))?(?![A-Za-z])/gi;
/** What closes a name (quotes, brackets, marks of emphasis) and may tell its type. */
const CLOSE = String.raw`(?:\\{0,3}["'\x60]|[\])*_]){0,4}(?:\[\d{0,4}\])?\??(?:[ \t]?:?[ \t]?(?:as[ ]|&(?:'static[ ])?)?(?:string|str)(?=[ \t]*[:=])|[ \t]?\{[ \t]?get;[^{}\n]{0,40}\})?`;
/** A value that stands in a place of its own: the default of a variable, the cell, element or line behind the name. */
const APART = String.raw`[ \t]{0,4}(?:\|\||\?\?|\bor\b)(?=[ \t]{0,4}["'\x60])|(?:\s[a-z-]{1,20}=["'][^"'\n]{0,40}["']){0,3},?\s{1,40}["']?(?:value|content)["']?[ \t]?[:=]|,["']value["'][ \t]?:|[ \t]for[ \t][\w.@-]{1,40}[ \t]?[:=]|[ \t](?:--body|--value)[ =]|\{(?=["'])|[ \t]?\{\s{1,20}(?:(?:type|description|sensitive)\b[^\n]{0,120}\n\s{0,20}){0,3}default[ \t]{0,12}=|</(?:key|name|t[dh]|dt)>\s{0,20}<(?:string|value|td|dd)>|(?<=(?:^|\n)[\w.-]{1,40}),(?=[^\s,]{6,200}(?:\s|$))`;
/** What may stand between the sign and the value: a line break, also of a list or block of YAML, a list, a call that makes a string of it. */
const LEAD = String.raw`(?:[ \t]{0,4}(?:[|>][+-]?[ \t]{0,4})?\r?\n[ \t]{0,20}(?:-[ \t])?|[ \t]{0,20})(?:\[\s{0,8}(?=["'\x60])|<!\[CDATA\[|(?:String::from|QStringLiteral|QString|(?:std::)?string|new String)\((?=["'])|""(?=")|''(?='))?`;
/** An assignment of any language, a header, an element, an attribute, an argument, a cell of a table. */
const ASSIGN = new RegExp(
  `${CLOSE}(?:${APART}|[ \\t]{0,20}(?::=|=>|->|<-|\u2192|={1,3}|:(?!:)|\uff1a|\\|)|>|(?<=["'\\x60]),(?=[ \\t]{0,4}["'\\x60]))${LEAD}(?:(?:bearer|basic|token|apikey)[ \\t]+)?`,
  'iy',
);
/** A mention in a sentence or after an option of a command. */
const MENTION = /(?:[ \t](?:is|was|will be|of|to|=>|-|\u2192))?(?:[ \t:]|[ \t]?[([]){1,3}/iy;
/** What opens a value, and the value: up to the same quote, or as far as a bare word goes. */
const VALUE =
  /((?:[bruf@$L]{1,2}(?=["']))?\\{0,3}(["'`])|[([]|\*{1,2}(?=[^\s*]{6,80}\*))?((?<=["'`])(?:(?!\\{0,3}\2)[^\s]){6,4000}(?=\\{0,3}\2)|(?:\\(?![nrt"'`])|[^\s"'`,;<>|{}[\]\\\u0080-\uffff]){6,4000})/y;

/** Length from which a value is read once only. */
const MONSTER = 300;

/** What follows a name. */
interface NamedValue extends SecretContext {
  readonly value: string;
  readonly start: number;
  /** Whether it is given to the name, or only mentioned behind it. */
  readonly isAssigned: boolean;
  /** Whether a sentence says that it is the secret. */
  readonly isTold: boolean;
}

/** The value that is given to the name ending at `from`; undefined where none follows. */
function valueAfter(text: string, from: number): NamedValue | undefined {
  ASSIGN.lastIndex = from;
  const isAssigned = ASSIGN.test(text);
  MENTION.lastIndex = from;
  if (!isAssigned && !MENTION.test(text)) return undefined;
  VALUE.lastIndex = isAssigned ? ASSIGN.lastIndex : MENTION.lastIndex;
  const at = VALUE.lastIndex;
  const match = VALUE.exec(text);
  if (match === null) return undefined;
  const [, opening = '', quote, whole = ''] = match;
  const isTold = (quote === undefined ? /^[ \t](?:is|was)[ \t:]/ : /^[ \t](?:is|was|to)[ \t:]/).test(
    text.slice(from, from + 5),
  );
  const value = quote === undefined ? trimmed(whole, opening) : whole;
  return { value, start: at + opening.length, isAssigned, isTold, isQuoted: quote !== undefined };
}

/** A bare word without the rest of a query, the punctuation of the sentence and brackets that were opened before it. */
function trimmed(word: string, opening: string): string {
  const [first = ''] = word.split(/&(?=[\w.-]{1,40}=)/);
  const bare = first.includes('(') ? first : first.replace(/\)+(?:[.,;:\]].*)?$/, '');
  return bare.replace(opening.startsWith('*') ? /[.,:*]+$/ : /[.,:]+$/, '');
}

/** Words behind which a name and a value stand side by side: in shells, build files, preprocessors, databases, netrc. */
const SIDE_BY_SIDE =
  /(?:^|\s)(?:--?[\w-]{0,40}|login\s{1,4}\S{1,60}\s{1,12}|(?:#define|ENV|setenv|setx|set -\w{1,2})[ \t]{1,4}[\w.-]{0,40})$/i;
/** The same where the value stands in quotes: a statement of SQL, a keyword, a setting that begins a line. */
const BEFORE_QUOTED =
  /(?:\b(?:user|role|login)\b[^\n;]{0,60}\s|[{(,]\s{0,4}:[\w-]{0,40}|(?:^|[\n{])[ \t]{0,20}[\w.-]{0,40})$/i;

/** Whether what follows a name is its value without a sign between them: that of an option (`--token x`), say. */
function isPlaced(text: string, start: number, isQuoted: boolean): boolean {
  const before = text.slice(Math.max(0, start - 80), start);
  return SIDE_BY_SIDE.test(before) || (isQuoted && BEFORE_QUOTED.test(before));
}

/** Whether the name is that of something public: a badge's token, the public key token of an assembly, a test's verdict. */
function isPublic(text: string, start: number): boolean {
  if (text.startsWith('PASS:', start)) return true;
  return /\.svg\?$|public[_-]?key[_-]?$/i.test(text.slice(Math.max(0, start - 12), start));
}

/** Values that stand behind the name of a secret: assigned in code, configuration, headers and options, or told in a sentence. */
export function findNamedSecrets(text: string): Finding[] {
  const found: Finding[] = [];
  let skipTo = 0;
  for (const match of text.matchAll(NAME)) {
    if (match.index < skipTo) continue;
    const after = valueAfter(text, match.index + match[0].length);
    if (after === undefined || isPublic(text, match.index)) continue;
    // Names inside a word this long announce nothing; reading on from each of them would take time and again the same text.
    if (after.value.length >= MONSTER) skipTo = after.start + after.value.length;
    // The last part of a path (`/etc/passwd`) tells nothing of the word behind it.
    if (!after.isAssigned && text[match.index - 1] === '/') continue;
    const isAssigned = after.isAssigned || isPlaced(text, match.index, after.isQuoted);
    if (!isSecretValue(match[0], after, { isAssigned, isPassword: match[1] !== undefined })) continue;
    const { start, value } = after;
    found.push({ kind: 'secret', rule: 'assigned-secret', start, end: start + value.length });
  }
  return found;
}

/** Names of secrets that people choose as well, in words with a number: of sessions, signatures, cookies. */
const CHOSEN = /secret(?:[_-]?key)?(?:[_-]?base)?$/i;

function isSecretValue(name: string, after: NamedValue, about: { isAssigned: boolean; isPassword: boolean }): boolean {
  const { value, isTold } = after;
  if (!about.isPassword) {
    if (!about.isAssigned) return isUnspeakable(value, after);
    return (
      isRandomValue(value, after) ||
      (CHOSEN.test(name) &&
        !/secret|token|version/i.test(value) &&
        (isToldPassword(value, after) || isPassphrase(value)))
    );
  }
  if (about.isAssigned) return isPassword(value, after);
  return isUnspeakablePassword(value, after) || (isTold && isToldPassword(value, after));
}

import type { Finding } from './finding.js';
import { isPassword } from './secret-values.js';

/** Passwords by their place in commands, statements and files whose form gives no name to them. */
const PLACES: readonly { readonly hint: string; readonly pattern: RegExp }[] = [
  { hint: '-u', pattern: /(?<=\s(?:-u|--user)[ =]["']?[^\s:"'/]{1,64}:)(?!\/\/)[^\s"']{6,200}(?=["'\s]|$)/g },
  { hint: ' -p', pattern: /(?<=\bmysql\w{0,10}(?: [^\n|;]{0,80})? -p["']?)[^\s"'-][^\s"']{5,100}/g },
  {
    hint: ' -p',
    pattern: /(?<=\b(?:sshpass|login|mongo\w{0,6})(?: [^\n|;]{0,80})? -p[ =]?["']?)[^\s"'-][^\s"']{5,100}/g,
  },
  { hint: ' -a', pattern: /(?<=\bredis-cli(?: [^\n|;]{0,80})? -a[ =]?["']?)[^\s"'-][^\s"']{5,100}/g },
  { hint: ' -w', pattern: /(?<=\bldap\w{3,8}(?: [^\n|;]{0,80})? -w ?["']?)[^\s"'-][^\s"']{5,100}/g },
  {
    hint: 'echo ',
    pattern: /(?<=\becho ["']?)[^\s"'|]{6,100}(?=["']? ?\| ?(?:sudo -S|[^\n|]{1,60} --?password-stdin))/g,
  },
  { hint: 'sudo -S', pattern: /(?<=\bsudo -S ?<<< ?["'])[^"'\n]{6,100}(?=["'])/g },
  { hint: 'htpasswd ', pattern: /(?<=\bhtpasswd -\w{0,4}b\w{0,4} \S{1,80} \S{1,60} )[^\s"']{6,100}/g },
  {
    hint: '(',
    pattern:
      /(?<=(?:\b(?:getConnection|mysqli?_connect|PDO|login|(?:HTTP)?BasicAuth|auth)|\bauth=)\([^()\n]{1,120},[ ]?["'])[^"'\n]{6,100}(?=["'][,)])/g,
  },
  {
    hint: 'assw',
    pattern:
      /(?<=passw(?:or)?d\w{0,10}["'\]]{0,2}\)?\.(?:type|fill|sendKeys|send_keys|setValue|set_value)\(["'])[^"'\n]{6,100}(?=["'])/gi,
  },
  {
    hint: '/',
    pattern: /(?<=\b(?:user(?:name)?\/pass(?:word)?|login)["']?[:=] ?[\w.@-]{1,40} \/ )[^\s"'/\x60]{6,100}/gi,
  },
  { hint: '/pass', pattern: /(?<=\buser(?:name)?\/pass(?:word)?["']?[:=] ?[\w.@-]{1,40}\/)[^\s"'/\x60]{6,100}/gi },
  { hint: 'pass:', pattern: /(?<= -pass(?:in|out)? ["']?pass:)[^\s"']{6,100}/g },
  { hint: 'net use ', pattern: /(?<=\bnet use [^\n]{0,80}\/user:\S{1,60} )[^\s"'/]{6,100}/g },
  { hint: 'SecureString', pattern: /(?<=\bConvertTo-SecureString (?:-String )?["'])[^"'\n]{6,100}(?=["'])/g },
  { hint: ':thin:', pattern: /(?<=jdbc:oracle:thin:[\w-]{1,40}\/)[^\s@"']{6,100}(?=@)/g },
  {
    hint: ':',
    pattern:
      /(?<=(?:^|\n)(?:\*|[A-Za-z][\w.-]{0,80}|\d{1,3}(?:\.\d{1,3}){3}):(?:\d{2,5}|\*):[\w.*-]{1,40}:[\w.*-]{1,40}:)[^\s:]{6,100}(?=\s|$)/g,
  },
  { hint: 're', pattern: /(?<=(?:^|\n)[ \t]{0,8}(?:requirepass|masterauth) {1,8}["']?)[^\s"']{6,200}/g },
  { hint: 'dentified', pattern: /(?<=\bidentified (?:with \S{1,40} )?by ["'])[^"'\n]{6,100}(?=["'])/gi },
  { hint: 'DENTIFIED', pattern: /(?<=\bIDENTIFIED (?:WITH \S{1,40} )?BY ["'])[^"'\n]{6,100}(?=["'])/g },
  { hint: ' ', pattern: /(?<=\b(?:enable (?:password|secret)|(?:password|secret) [057]) )[^\s"']{6,100}(?=\s|$)/g },
  {
    hint: 'ookie',
    pattern:
      /(?<=\bcookie["']?[ \t]?[:=][ \t]?["']?[^\n"']{0,200}(?:sess\w{0,12}|sid|auth\w{0,12}|token)=)[^\s;"',]{16,300}/gi,
  },
  {
    hint: 'redential',
    pattern:
      /(?<=\bcredentials?\b["']?[ \t]?(?:[:=](?!:)|\bare|\bis)?[ \t]?["'`]?[\w.@-]{1,40} ?(?:\/|(?<!:):(?!:)) ?)[^\s"'/`]{6,100}/gi,
  },
];

/** Passwords in places that give them away: options of one letter, connection strings, `.pgpass`, cookies, statements of SQL. */
export function findCommandPasswords(text: string): Finding[] {
  return PLACES.filter(({ hint }) => text.includes(hint)).flatMap(({ pattern }) =>
    [...text.matchAll(pattern)]
      .map((match) => ({ match, value: match[0].replace(/[.,;)]+$/, '') }))
      .filter(({ value }) => isPassword(value, { isQuoted: true }))
      .map(({ match, value }): Finding => {
        const start = match.index;
        return { kind: 'secret', rule: 'command-password', start, end: start + value.length };
      }),
  );
}

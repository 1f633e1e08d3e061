import { createRandom, type Random } from '../../../src/core/training/random.js';

/** Letters, digits and marks that generated values are drawn from. */
const BASE62 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const HEX = '0123456789abcdef';
const DIGITS = '0123456789';
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function drawText(random: Random, alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet[random.below(alphabet.length)]).join('');
}

function number(random: Random, low: number, high: number): number {
  return low + random.below(high - low + 1);
}

function pick<T>(random: Random, list: readonly [T, ...T[]]): T {
  return list[random.below(list.length)] ?? list[0];
}

function base64(random: Random, bytes: number): string {
  return Buffer.from(Array.from({ length: bytes }, () => random.below(256))).toString('base64');
}

function jsonPart(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function privateKey(random: Random, label: string): string {
  const lines = base64(random, 48 * 8).match(/.{64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`].join('\n');
}

const URL_SAFE = `${BASE62}_-`;

/** Secrets known by their form. Values are made at run time, so that no scanner of this repository takes them for real ones. */
export const SECRET_FORMS: Readonly<Record<string, (random: Random) => string>> = {
  'aws key id': (r) => `AKIA${drawText(r, BASE32, 16)}`,
  'github classic': (r) => `gh${pick(r, ['p', 'o', 'u', 's'])}_${drawText(r, BASE62, 36)}`,
  'github fine-grained': (r) => `github_pat_${drawText(r, BASE62, 22)}_${drawText(r, BASE62, 59)}`,
  gitlab: (r) => `glpat-${drawText(r, URL_SAFE, 20)}`,
  'gitlab routable': (r) => `glpat-${drawText(r, URL_SAFE, 27)}.01.${drawText(r, HEX, 9)}`,
  slack: (r) => `xoxb-${drawText(r, DIGITS, 11)}-${drawText(r, DIGITS, 12)}-${drawText(r, BASE62, 24)}`,
  'slack app': (r) => `xapp-1-A${drawText(r, DIGITS, 10)}-${drawText(r, DIGITS, 13)}-${drawText(r, HEX, 64)}`,
  'slack webhook': (r) =>
    `https://hooks.slack.com/services/T${drawText(r, BASE32, 8)}/B${drawText(r, BASE32, 10)}/${drawText(r, BASE62, 24)}`,
  stripe: (r) => `${pick(r, ['sk', 'rk'])}_${pick(r, ['live', 'test'])}_${drawText(r, BASE62, 24)}`,
  'openai project': (r) => `sk-proj-${drawText(r, BASE62, 48)}`,
  openai: (r) => `sk-${drawText(r, BASE62, 20)}T3Blbk${'FJ'}${drawText(r, BASE62, 20)}`,
  openrouter: (r) => `sk-or-v1-${drawText(r, HEX, 64)}`,
  anthropic: (r) => `sk-ant-api03-${drawText(r, BASE62, 93)}AA`,
  google: (r) => `AIza${drawText(r, BASE62, 35)}`,
  'google secret': (r) => `GOCSPX-${drawText(r, BASE62, 28)}`,
  huggingface: (r) => `hf_${drawText(r, BASE62, 34)}`,
  npm: (r) => `npm_${drawText(r, BASE62, 36)}`,
  pypi: (r) => `pypi-AgEIcHlwaS5vcmc${drawText(r, BASE62, 120)}`,
  docker: (r) => `dckr_pat_${drawText(r, BASE62, 27)}`,
  sendgrid: (r) => `SG.${drawText(r, BASE62, 22)}.${drawText(r, BASE62, 43)}`,
  mailgun: (r) => `${drawText(r, HEX, 32)}-${drawText(r, HEX, 8)}-${drawText(r, HEX, 8)}`,
  twilio: (r) => `SK${drawText(r, HEX, 32)}`,
  digitalocean: (r) => `dop_v1_${drawText(r, HEX, 64)}`,
  heroku: (r) => `HRKU-${drawText(r, BASE62, 60)}`,
  shopify: (r) => `shpat_${drawText(r, HEX, 32)}`,
  square: (r) => `sq0atp-${drawText(r, BASE62, 22)}`,
  databricks: (r) => `dapi${drawText(r, HEX, 32)}`,
  telegram: (r) => `${number(r, 10 ** 8, 10 ** 9)}:AA${drawText(r, BASE62, 33)}`,
  discord: (r) =>
    `${Buffer.from(`${number(r, 1, 9)}${drawText(r, DIGITS, 17)}`).toString('base64url')}.${drawText(r, BASE62, 6)}.${drawText(r, BASE62, 38)}`,
  'discord webhook': (r) =>
    `https://discord.com/api/webhooks/${number(r, 1, 9)}${drawText(r, DIGITS, 17)}/${drawText(r, BASE62, 68)}`,
  'json web token': (r) =>
    `${jsonPart({ alg: 'HS256', typ: 'JWT' })}.${jsonPart({ sub: drawText(r, DIGITS, 10) })}.${drawText(r, BASE62, 43)}`,
  'azure storage': (r) => `DefaultEndpointsProtocol=https;AccountName=a;AccountKey=${base64(r, 64)}`,
  'private key': (r) => privateKey(r, pick(r, ['RSA PRIVATE KEY', 'PRIVATE KEY', 'OPENSSH PRIVATE KEY'])),
  'private key in one line': (r) => privateKey(r, 'EC PRIVATE KEY').replaceAll('\n', '\\n'),
  'private key cut off': (r) => privateKey(r, 'RSA PRIVATE KEY').replace(/\n-----END.*/, ''),
  'pgp key': (r) => privateKey(r, 'PGP PRIVATE KEY BLOCK').replace('-----\n', '-----\nVersion: 2\n\n'),
  'random string': (r) => drawText(r, BASE62, 44),
};

/** A password of the sorts that people choose and that tools draw. */
function drawPassword(r: Random): string {
  return pick(r, [
    `${drawText(r, BASE62, 11)}7x`,
    `${pick(r, ['Summer', 'Dragon', 'Welcome'])}${pick(r, ['2024', '_4711', '#99'])}!`,
    `${drawText(r, 'bcdfgh', 4)}${drawText(r, DIGITS, 2)}%${drawText(r, BASE32, 3)}${drawText(r, DIGITS, 2)}`,
  ]);
}

function drawKey(r: Random): string {
  const hex = drawText(r, HEX, 38);
  const uuid = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(12, 15)}-a${hex.slice(15, 18)}-${hex.slice(18, 30)}`;
  return pick(r, [`${hex}a1`, `${drawText(r, BASE62, 30)}a7`, `${drawText(r, URL_SAFE, 41)}a7`, uuid]);
}

/** Ways to say that a name has a value. */
const NOTATIONS: readonly [string, ...string[]] = [
  'NAME=VALUE',
  'export NAME="VALUE"',
  'NAME: VALUE',
  "  NAME: 'VALUE' # of production",
  '{"a": 1, "NAME": "VALUE"}',
  '{\\"NAME\\": \\"VALUE\\"}',
  'const NAME: string = "VALUE";',
  'NAME := "VALUE"',
  "config['NAME'] = 'VALUE'",
  'os.environ["NAME"] = "VALUE"',
  "'NAME' => 'VALUE',",
  '<add key="NAME" value="VALUE" />',
  '<NAME>VALUE</NAME>',
  'run --NAME=VALUE now',
  'run --NAME VALUE',
  'https://api.acme.io/v1?NAME=VALUE&page=2',
  '| NAME | `VALUE` |',
];

/** Secrets that only their name or place gives away: what is written, and the value in it. */
export const NAMED_SECRETS: Readonly<Record<string, (random: Random) => { text: string; value: string }>> = {
  key: (r) => {
    const name = pick(r, [
      'api_key',
      'apiKey',
      'AWS_SECRET_ACCESS_KEY',
      'client_secret',
      'SECRET_KEY_BASE',
      'authToken',
    ]);
    const value = drawKey(r);
    return {
      text: pick(r, NOTATIONS)
        .replaceAll('NAME', name)
        .replace('VALUE', () => value),
      value,
    };
  },
  password: (r) => {
    const name = pick(r, ['password', 'DB_PASSWORD', 'mysqlRootPassword', 'smtp_pass', 'PASSPHRASE', 'redis_pwd']);
    const value = drawPassword(r);
    return {
      text: pick(r, NOTATIONS)
        .replaceAll('NAME', name)
        .replace('VALUE', () => value),
      value,
    };
  },
  header: (r) => {
    const value = drawKey(r);
    const basic = Buffer.from(`ann:${drawPassword(r)}`).toString('base64');
    return pick(r, [
      { text: `Authorization: Bearer ${value}`, value },
      { text: `headers = {'authorization': 'token ${value}'}`, value },
      { text: `-H "X-Api-Key: ${value}"`, value },
      { text: `-H 'Authorization: Basic ${basic}'`, value: basic },
      { text: `Cookie: theme=dark; session=${value}; a=b`, value },
    ]);
  },
  url: (r) => {
    const value = pick(r, [drawText(r, BASE62, 14), `s3cret${drawText(r, DIGITS, 3)}`, drawText(r, HEX, 32)]);
    const scheme = pick(r, ['postgres', 'mongodb+srv', 'redis', 'amqps', 'jdbc:mysql', 'https']);
    return { text: `${scheme}://${pick(r, ['app', 'root', ''])}:${value}@db.internal:5432/main`, value };
  },
  command: (r) => {
    const value = drawPassword(r);
    return pick(r, [
      { text: `curl -u ann:${value} https://api.acme.io/`, value },
      { text: `mysql -u root -p${value} app`, value },
      { text: `machine api.acme.io login ann password ${value}`, value },
      { text: `Server=db;User Id=sa;Password=${value};Encrypt=true`, value },
    ]);
  },
  sentence: (r) => {
    const value = drawKey(r);
    return pick(r, [
      { text: `My API key is ${value}, keep it safe.`, value },
      { text: `Here is the access token (${value}).`, value },
      { text: `API key:\n${value}\n`, value },
    ]);
  },
};

/** Places where values turn up: `VALUE` stands for it. */
export const PLACES = [
  'Ask about VALUE, or wait.',
  'VALUE comes first',
  'and last VALUE',
  '(VALUE)',
  'const x = "VALUE";',
  "f('VALUE', 3)",
  '{"a":"VALUE","n":1}',
  'name: VALUE\nnext: 1',
  '2024-05-01T12:00:01Z INFO saw VALUE again',
  '`VALUE`',
  '\u201cVALUE\u201d',
  '\u8054\u7cfbVALUE\u3002',
  '<td>VALUE</td>',
  '- VALUE\n- other',
  '**VALUE**',
  '_VALUE_',
  'a|VALUE|b',
  'VALUE.',
  'first line\\nVALUE\\nlast',
] as const;

const SCHEMES = [
  ['4', 16],
  ['4', 13],
  ['51', 16],
  ['2221', 16],
  ['37', 15],
  ['6011', 16],
  ['3528', 16],
  ['3056', 14],
  ['62', 19],
  ['6759', 18],
] as const;

function luhnCard(random: Random): string {
  const [prefix, length] = SCHEMES[random.below(SCHEMES.length)] ?? SCHEMES[0];
  const digits = prefix + drawText(random, DIGITS, length - 1 - prefix.length);
  let sum = 0;
  for (let at = 0; at < digits.length; at++) {
    const digit = Number(digits[digits.length - 1 - at]) * (at % 2 === 0 ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  const card = digits + String((10 - (sum % 10)) % 10);
  const separator = pick(random, ['', ' ', '-', '\u00a0']);
  const groups = length === 15 ? /^(.{4})(.{6})(.*)$/ : length === 14 ? /^(.{4})(.{6})(.*)$/ : /(.{4})(?=.)/g;
  return card.replace(groups, length < 16 && length > 13 ? `$1${separator}$2${separator}$3` : `$1${separator}`);
}

/** Countries with the length of their IBANs, from the shortest to the longest. */
const IBAN_COUNTRIES = [
  ['NO', 15],
  ['BE', 16],
  ['NL', 18],
  ['AT', 20],
  ['DE', 22],
  ['GB', 22],
  ['ES', 24],
  ['FR', 27],
  ['MT', 31],
  ['RU', 33],
] as const;

function drawIban(random: Random): string {
  const [country, length] = IBAN_COUNTRIES[random.below(IBAN_COUNTRIES.length)] ?? IBAN_COUNTRIES[0];
  const letters =
    country === 'GB' || country === 'NL' || country === 'MT' ? drawText(random, BASE32.slice(0, 26), 4) : '';
  const account = letters + drawText(random, DIGITS, length - 4 - letters.length);
  const remainder = [...`${account}${country}00`].reduce((rest, character) => {
    const value = Number.parseInt(character, 36);
    return (rest * (value > 9 ? 100 : 10) + value) % 97;
  }, 0);
  const iban = `${country}${String(98 - remainder).padStart(2, '0')}${account}`;
  const written = pick(random, [iban, iban.replace(/(.{4})(?=.)/g, '$1 '), iban.replace(/(.{4})(?=.)/g, '$1-')]);
  return random.below(3) === 0 ? written.toLowerCase() : written;
}

const NAMES = ['maria', 'jonas', 'li', 'Fatima', 'PAVEL', 'ingrid', 'j\u00fcrgen', '\u0430\u043d\u043d\u0430'] as const;
const HOSTS = [
  'bluewater-labs.io',
  'nordhafen.de',
  'quince.co.uk',
  'mail.ru',
  'cs.uni-kiel.de',
  'b\u00fccher.de',
  'xn--bcher-kva.xn--p1ai',
] as const;

function drawPhone(r: Random): string {
  const [area, exchange, line] = [number(r, 201, 989), number(r, 201, 989), number(r, 1000, 9999)];
  const two = (): number => number(r, 10, 99);
  return pick(r, [
    `+49 ${number(r, 151, 179)} ${number(r, 1_000_000, 99_999_999)}`,
    `+49 (0)30 / ${number(r, 100_000, 999_999)}`,
    `0${number(r, 151, 179)}/${number(r, 1_000_000, 9_999_999)}`,
    `(0${number(r, 30, 89)}) ${number(r, 100_000, 999_999)}`,
    `+1-${area}-${exchange}-${line}`,
    `(${area}) ${exchange}-${line} ext. ${two()}`,
    `${area}.${exchange}.${line}`,
    `+44${number(r, 1_000_000_000, 9_899_999_999)}`,
    `+44 (0)20 ${number(r, 2000, 9999)} ${line}`,
    `07${number(r, 100, 999)} ${number(r, 100_000, 999_999)}`,
    `06-${two()}-${two()}-${two()}-${two()}`,
    `+33 1 ${two()} ${two()} ${two()} ${two()}`,
    `+55 (11) 9${line}-${line}`,
  ]);
}

function drawAddress(r: Random): string {
  const public4 = `${number(r, 23, 99)}.${r.below(256)}.${r.below(256)}.${number(r, 100, 254)}`;
  const group = (): string => drawText(r, '123456789abcdef', number(r, 1, 4));
  return pick(r, [
    public4,
    `::ffff:${public4}`,
    `2a02:${group()}:${group()}::${group()}`,
    `2001:470:${group()}::`,
    `2600:${Array.from({ length: 7 }, group).join(':').toUpperCase()}`,
  ]);
}

/** Generators of personal data, by the kind that must be found. */
export const PERSONAL_FORMS = {
  email: (r: Random): string =>
    `${NAMES[r.below(NAMES.length)]}${pick(r, ['.', '_', '-'])}${drawText(r, 'bcdfghklmnprst', 5)}${pick(r, ['', '+news', '7'])}@${HOSTS[r.below(HOSTS.length)]}`,
  phone: drawPhone,
  'ip-address': drawAddress,
  'card-number': luhnCard,
  iban: drawIban,
} as const;

/** `count` secrets of all forms in turn. */
export function plantSecrets(count: number, seed: number): string[] {
  const random = createRandom(seed);
  const forms = Object.values(SECRET_FORMS);
  return Array.from({ length: count }, (_, at) => forms[at % forms.length]?.(random) ?? '');
}

/** `count` values of one kind of personal data. */
export function plantPersonal(kind: keyof typeof PERSONAL_FORMS, count: number, seed: number): string[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => PERSONAL_FORMS[kind](random));
}

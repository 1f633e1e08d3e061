import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { findSensitive, redactSensitive } from '../../../src/core/curation/find-sensitive.js';
import { maskFinding, redact } from '../../../src/core/curation/finding.js';
import { isIban } from '../../../src/core/curation/iban.js';
import { hasLuhnDigit } from '../../../src/core/curation/luhn.js';
import { createRandom } from '../../../src/core/training/random.js';
import { readCleanDocuments } from './clean-documents.js';
import { NAMED_SECRETS, PERSONAL_FORMS, PLACES, plantPersonal, plantSecrets, SECRET_FORMS } from './planted-secrets.js';

const kinds = Object.keys(PERSONAL_FORMS) as (keyof typeof PERSONAL_FORMS)[]; // Keys of a const object.

const placeAt = (at: number): string => PLACES[at % PLACES.length] ?? 'VALUE';

/** Whether redaction leaves any of the value, or nothing of the kind was found. */
function isLeft(text: string, value: string, kind: string): boolean {
  const findings = findSensitive(text);
  const start = text.indexOf(value);
  const isCovered = [...value].every(
    (character, at) =>
      !/[\p{L}\p{N}]/u.test(character) ||
      findings.some((finding) => finding.start <= start + at && start + at < finding.end),
  );
  return !isCovered || !findings.some((finding) => finding.kind === kind);
}

describe('findSensitive', () => {
  test.each(Object.entries(SECRET_FORMS))(
    'finds every one of 100 secrets of the form "%s", and all of it',
    (_, draw) => {
      const random = createRandom(11);
      const missed = Array.from({ length: 100 }, (_unused, at) => {
        const value = draw(random);
        const place = value.includes('\n') ? 'Set it up like this:\n\nVALUE\n\nand restart.' : placeAt(at);
        return {
          text: place.replace('VALUE', () => value),
          value: value.slice(value.lastIndexOf('=', value.length - 3) + 1),
        };
      }).filter(({ text, value }) => isLeft(text, value, 'secret'));
      expect(missed).toEqual([]);
    },
  );

  test.each(Object.entries(NAMED_SECRETS))(
    'finds every one of 100 secrets that a name or place gives away: %s',
    (_, draw) => {
      const random = createRandom(12);
      const missed = Array.from({ length: 100 }, () => draw(random)).filter(({ text, value }) =>
        isLeft(text, value, 'secret'),
      );
      expect(missed).toEqual([]);
    },
  );

  test.each(kinds)('finds every one of 100 planted values of kind %s, and all of it', (kind) => {
    const missed = plantPersonal(kind, 100, 12)
      .map((value, at) => ({ text: placeAt(at).replace('VALUE', () => value), value }))
      .filter(({ text, value }) => isLeft(text, value, kind));
    expect(missed).toEqual([]);
  });

  test.each([
    ['ip-address', 'http://VALUE:8080/', '84.17.3.9'],
    ['ip-address', 'remote_addr=VALUE', '84.17.3.9'],
    ['ip-address', 'VALUE - ann [10/Oct/2023:13:55:36 +0000] "GET / HTTP/1.1"', '5.6.7.8'],
    ['ip-address', 'ssh root@VALUE', '84.170.3.90'],
    ['ip-address', 'https://[VALUE]:8443/x', '2a02:8388::1'],
    ['ip-address', 'ping VALUE%eth0', '2a02:8388:1:2::'],
    ['phone', '"phoneNumber": "VALUE"', '6125550147'],
    ['phone', 'phone_number=VALUE', '07911123456'],
    ['phone', 'Tel. VALUE', '034 537532'],
    ['phone', '[call](tel:VALUE)', '+16125550147'],
    ['card-number', 'PAN=VALUE', '4111111111111111'],
    ['email', '[write](mailto:VALUE)', 'ann.lee@quince.co.uk'],
    ['iban', 'IBANVALUE', 'GB82WEST12345698765432'],
  ] as const)('finds %s in %s', (kind, place, value) => {
    expect(isLeft(place.replace('VALUE', value), value, kind)).toBe(false);
  });

  test('raises false alarms on at most one clean technical document in a hundred', () => {
    const documents = readCleanDocuments();
    const alarmed = documents.filter((document) => findSensitive(document.text).length > 0);
    expect(documents.length).toBeGreaterThan(300);
    expect(alarmed.length / documents.length).toBeLessThanOrEqual(0.01);
  });

  test.each([
    'user@example.com',
    'git@github.com:owner/repo.git',
    'npm install left-pad@1.3.0',
    'listen on 127.0.0.1:8080 or 192.168.1.20',
    'version 10.0.19041.1 of the build',
    'password: "your-password-here"',
    'API_KEY=$API_KEY',
    'token: string',
    'the commit 3f786850e387550fdab836ed7e6dc881de23001b',
    'integrity sha512-KPVfaxW8xOiO2/4fjeiBfFNEXhGVw9tfcb9ha2iNZdJ3J/yBjEwIeAnTyyuhllFFTb9YO9wg0DfRAOnm6KCvBg==',
    'postgres://user:password@localhost/db',
    'from 2024-01-15 to 2024-02-01, 1234567890 rows',
    'order 4111 1111 1111 1112',
    'DE89 3704 0044 0532 0130 01',
    'AssemblyVersion("4.2.17.9") and pkg 7.42.84.9, section 8.2.4.44',
    'GET /v/1.2.3.4/ and 192.168.0.0/16, 2001:db8::7, fe80::1%lo0, 100.64.0.9, ::1',
    'bob@company.com, a@b.c, icon@2x.png, @scope/pkg@1.2.3, alice@mail.com',
    'MAC 01-23-45-67-89-ab, 2024-11-22T12:34:56.789+02:00, +40.689247-074.044502/, 100 200 300 4000',
    'token: Optional[str] = None; password = getpass.getpass(); secret := os.Getenv("SECRET")',
    'Authorization: Bearer $TOKEN, Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of a workflow file
    'PASSWORD=${{ secrets.PASSWORD }}, DB_PASSWORD=password123, api_key: "<your-api-key>"',
    'max_tokens=4096, tokens: 128000, token_type: bearer, secretName: my-tls-secret',
    '-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----',
    '![c](https://codecov.io/gh/a/b/graph/badge.svg?token=6B6NxtsZc3)',
    'golang.org/x/net v0.1.0 h1:KPVfaxW8xOiO2x4fjeiBfFNEXhGVw9tfcb9ha2iNZdI=',
    'Sha256SumOfTheWholeRequestBodyV4Signer and httpJsonManagerAuthJsonCacheImpl2',
  ])("passes over what is nobody's: %s", (text) => {
    expect(findSensitive(text)).toEqual([]);
  });

  test.each(['CERTIFICATE', 'PUBLIC KEY', 'PGP SIGNATURE'])('passes over the lines of a %s', (label) => {
    const random = createRandom(3);
    const body = Buffer.from(Array.from({ length: 560 }, () => random.below(256))).toString('base64');
    for (const width of [64, 76]) {
      const armour = [
        `-----BEGIN ${label}-----`,
        ...(body.match(new RegExp(`.{1,${width}}`, 'g')) ?? []),
        `-----END ${label}-----`,
      ];
      expect(findSensitive(armour.join('\n'))).toEqual([]);
      expect(findSensitive(JSON.stringify({ armour: armour.join('\n') }))).toEqual([]);
    }
  });

  test('redacts the whole of findings that overlap', () => {
    const text = 'abcdefghij';
    const about = { kind: 'secret', rule: 'r' } as const;
    expect(
      redact(text, [
        { ...about, start: 1, end: 5 },
        { ...about, start: 3, end: 8 },
      ]),
    ).toBe('a[SECRET]ij');
  });

  test('leaves nothing to find after redaction, and nothing else changed', () => {
    const values = [...plantSecrets(20, 5), ...kinds.flatMap((kind) => plantPersonal(kind, 5, 6))];
    const text = values.map((value, at) => `Line ${at} says ${value} here`).join('\n');
    const redacted = redactSensitive(text);
    expect(findSensitive(redacted)).toEqual([]);
    expect(redacted.split('\n').filter((line) => /^Line \d+ says/.test(line))).toHaveLength(values.length);
  });

  test('looks again where what was written instead makes a neighbour an address', () => {
    const text = 'dig --server-addr 9.8.1.111 --servers 9.8.8.1 www.example.org';
    expect(findSensitive(redact(text, findSensitive(text)))).toHaveLength(1);
    expect(findSensitive(redactSensitive(text))).toEqual([]);
  });

  test('never shows more than a few characters of a finding', () => {
    const [secret = ''] = plantSecrets(2, 9).slice(1);
    const [finding] = findSensitive(secret);
    expect(finding).toBeDefined();
    if (finding !== undefined)
      expect(maskFinding(secret, finding)).toBe(`${secret.slice(0, 4)}... (${secret.length} characters)`);
  });

  test('gives ordered spans inside any text, in time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        let end = 0;
        for (const finding of findSensitive(text)) {
          expect(finding.start).toBeGreaterThanOrEqual(end);
          expect(finding.end).toBeGreaterThan(finding.start);
          expect(finding.end).toBeLessThanOrEqual(text.length);
          end = finding.end;
        }
      }),
      { seed: 1 },
    );
  });

  test.each([
    'a'.repeat(200_000),
    '1'.repeat(200_000),
    'a.'.repeat(100_000),
    'password='.repeat(20_000),
    '+1 '.repeat(60_000),
    'A@'.repeat(90_000),
    '-----BEGIN PRIVATE KEY-----'.repeat(5_000),
    'ab:'.repeat(60_000),
    'x://'.repeat(50_000),
    '@'.repeat(1_000_000),
    '0:'.repeat(100_000),
    '-----BEGIN '.repeat(90_000),
    'token:'.repeat(50_000),
    'aB3dE5gH'.repeat(25_000),
  ])(
    'is not slowed down by hostile text (%#)',
    (text) => {
      expect(() => findSensitive(text)).not.toThrow();
    },
    20_000,
  );
});

describe('check digits', () => {
  test('accept published samples and refuse any single changed digit', () => {
    expect(hasLuhnDigit('79927398713')).toBe(true);
    expect(isIban('GB82WEST12345698765432')).toBe(true);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 }), fc.integer({ min: 1, max: 9 }), (place, shift) => {
        const digits = [...'79927398713'];
        digits[place] = String((Number(digits[place]) + shift) % 10);
        expect(hasLuhnDigit(digits.join(''))).toBe(false);
      }),
      { seed: 2 },
    );
  });
});

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { findSensitive } from '../../../src/core/curation/find-sensitive.js';
import { maskFinding, redact } from '../../../src/core/curation/finding.js';
import { isIban } from '../../../src/core/curation/iban.js';
import { hasLuhnDigit } from '../../../src/core/curation/luhn.js';
import { readCleanDocuments } from './clean-documents.js';
import { PERSONAL_FORMS, plantPersonal, plantSecrets } from './planted-secrets.js';

const kinds = Object.keys(PERSONAL_FORMS) as (keyof typeof PERSONAL_FORMS)[]; // Keys of a const object.

describe('findSensitive', () => {
  test('finds every one of 100 planted secrets and covers its value', () => {
    const missed = plantSecrets(100, 11).filter((secret) => {
      const text = `Set it up like this:\n\n${secret}\n\nand restart.`;
      return !findSensitive(text).some((finding) => finding.kind === 'secret');
    });
    expect(missed).toEqual([]);
  });

  test.each(kinds)('finds every one of 100 planted values of kind %s', (kind) => {
    const missed = plantPersonal(kind, 100, 12).filter((value) => {
      const text = `Ask about ${value}, or wait.`;
      return !findSensitive(text).some((finding) => finding.kind === kind);
    });
    expect(missed).toEqual([]);
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
  ])("passes over what is nobody's: %s", (text) => {
    expect(findSensitive(text)).toEqual([]);
  });

  test('leaves nothing to find after redaction, and nothing else changed', () => {
    const values = [...plantSecrets(20, 5), ...kinds.flatMap((kind) => plantPersonal(kind, 5, 6))];
    const text = values.map((value, at) => `Line ${at} says ${value} here`).join('\n');
    const redacted = redact(text, findSensitive(text));
    expect(findSensitive(redacted)).toEqual([]);
    expect(redacted.split('\n').filter((line) => /^Line \d+ says/.test(line))).toHaveLength(values.length);
  });

  test('never shows more than a few characters of a finding', () => {
    const [secret = ''] = plantSecrets(2, 9).slice(1);
    const [finding] = findSensitive(secret);
    expect(finding).toBeDefined();
    if (finding !== undefined) expect(maskFinding(secret, finding)).toBe(`ghp_... (${secret.length} characters)`);
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

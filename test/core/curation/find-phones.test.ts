import { describe, expect, test } from '@jest/globals';
import { findSensitive } from '../../../src/core/curation/find-sensitive.js';
import { redact } from '../../../src/core/curation/finding.js';

describe('findPhones', () => {
  test.each([
    '06-39276225',
    '08-313 84 01',
    '03-4840-6205',
    '(02) 9179 8304',
    '(11) 98865-4237',
    '8 (990) 420-73-58',
    '138-6575-6520',
    '089 / 219140-90',
    '06.56.49.16.29',
    '020 7859 4644',
    '07206 210620',
    '+49 (0)89 4410-332',
    '0049 30 5063102',
  ])('finds %s in a sentence, a list and a table', (number) => {
    for (const place of ['Call VALUE today.', '1,Ann,VALUE,2024-01-01', '| Ann | VALUE |', '"Ann";"VALUE";"x"']) {
      const text = place.replace('VALUE', number);
      expect(redact(text, findSensitive(text))).toBe(place.replace('VALUE', '[PHONE]'));
    }
  });

  test.each(['U+0065 is 0065 0302 0301 here', '| 007 00000000 SECT2', '1,020 7859 4644,2024', '[03-2024, 06-2024]'])(
    'passes over %s',
    (text) => {
      expect(findSensitive(text)).toEqual([]);
    },
  );
});

describe('addresses of people', () => {
  test.each([
    "sean.o'neil@quince.co.uk",
    '"ann lee"@quince.co.uk',
    'ann.lee@[93.184.216.34]',
    'bounces+12-ann=home.net@quince.co.uk',
    'ann#lee@quince.co.uk',
  ])('are found whole: %s', (address) => {
    for (const place of ['Write to VALUE now.', 'To: <VALUE>', '1;VALUE;x', '(VALUE)']) {
      const text = place.replace('VALUE', address);
      expect(redact(text, findSensitive(text))).toBe(place.replace('VALUE', '[EMAIL]'));
    }
  });

  test('do not take the name of a parameter along', () => {
    const text = 'GET /u?email=ann.lee@quince.co.uk&x=1 user=ann.lee@quince.co.uk';
    expect(redact(text, findSensitive(text))).toBe('GET /u?email=[EMAIL]&x=1 user=[EMAIL]');
  });
});

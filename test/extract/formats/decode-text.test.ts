import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeText } from '../../../src/extract/formats/decode-text.js';
import { isBinary } from '../../../src/extract/formats/media-types.js';

const SAMPLE = 'Grüße, naïve café – “quotes” €5';
const bytesOf = (...values: number[]): Uint8Array => Uint8Array.from(values);

function utf16(text: string, isBig: boolean): Buffer {
  const bytes = Buffer.from(text, 'utf16le');
  return isBig ? bytes.swap16() : bytes;
}

function utf32(text: string, isLittle: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer([...text].length * 4));
  for (const [at, char] of [...text].entries()) view.setUint32(at * 4, char.codePointAt(0) ?? 0, isLittle);
  return new Uint8Array(view.buffer);
}

describe('decodeText', () => {
  it.each<[string, Uint8Array, string]>([
    ['UTF-8', Buffer.from(SAMPLE), 'utf-8'],
    ['UTF-8 with a mark', Buffer.concat([bytesOf(0xef, 0xbb, 0xbf), Buffer.from(SAMPLE)]), 'utf-8'],
    ['UTF-16 LE with a mark', Buffer.concat([bytesOf(0xff, 0xfe), utf16(SAMPLE, false)]), 'utf-16le'],
    ['UTF-16 BE with a mark', Buffer.concat([bytesOf(0xfe, 0xff), utf16(SAMPLE, true)]), 'utf-16be'],
    ['UTF-16 LE without a mark', utf16(SAMPLE, false), 'utf-16le'],
    ['UTF-16 BE without a mark', utf16(SAMPLE, true), 'utf-16be'],
    ['UTF-32 LE', Buffer.concat([bytesOf(0xff, 0xfe, 0, 0), utf32(SAMPLE, true)]), 'utf-32le'],
    ['UTF-32 BE', Buffer.concat([bytesOf(0, 0, 0xfe, 0xff), utf32(SAMPLE, false)]), 'utf-32be'],
  ])('reads %s', (_, bytes, charset) => {
    expect(decodeText(bytes)).toEqual({ text: SAMPLE, charset });
    expect(isBinary(bytes)).toBe(false);
  });

  it('reads Latin-1 and windows-1252 with and without being told', () => {
    const latin = Buffer.from('Größe: das Maß aller Dinge über für schön', 'latin1');
    expect(decodeText(latin).text).toBe('Größe: das Maß aller Dinge über für schön');
    expect(decodeText(latin, 'iso-8859-1').text).toBe('Größe: das Maß aller Dinge über für schön');
    expect(decodeText(bytesOf(0x93, 0x61, 0x94, 0x20, 0x80), 'windows-1252').text).toBe('“a” €');
    expect(decodeText(bytesOf(0x63, 0x61, 0x66, 0xe9)).text).toBe('café');
  });

  it('reads what HTML, XML and source code declare', () => {
    const koi = bytesOf(0xd0, 0xd2, 0xc9, 0xd7, 0xc5, 0xd4);
    expect(decodeText(Buffer.concat([Buffer.from('<html><meta charset="koi8-r">'), koi])).text).toContain('привет');
    expect(decodeText(Buffer.concat([Buffer.from('<?xml version="1.0" encoding="koi8-r"?>'), koi])).text).toContain(
      'привет',
    );
    expect(decodeText(Buffer.concat([Buffer.from('# -*- coding: koi8-r -*-\n'), koi])).text).toContain('привет');
    expect(decodeText(koi, 'KOI8-R').text).toBe('привет');
  });

  it('guesses East Asian and Cyrillic text', () => {
    const japanese = bytesOf(
      ...[
        0x93, 0xfa, 0x96, 0x7b, 0x8c, 0xea, 0x82, 0xcc, 0x95, 0xb6, 0x8f, 0xcd, 0x82, 0xc5, 0x82, 0xb7, 0x81, 0x42,
      ].flatMap((byte) => [byte]),
    );
    expect(decodeText(Buffer.concat([japanese, japanese, japanese])).text).toContain('日本語の文章です。');
  });

  it('takes valid UTF-8 for UTF-8 when a server says Latin-1, and ignores labels nobody knows', () => {
    expect(decodeText(Buffer.from(SAMPLE), 'iso-8859-1').text).toBe(SAMPLE);
    expect(decodeText(Buffer.from(SAMPLE), 'x-nonsense').text).toBe(SAMPLE);
    expect(decodeText(Buffer.from('<meta charset="utf-16">ü')).text).toContain('ü');
  });

  it('keeps UTF-8 with a broken byte in it', () => {
    const broken = Buffer.concat([Buffer.from(SAMPLE.repeat(3)), bytesOf(0xff), Buffer.from(SAMPLE)]);
    expect(decodeText(broken).text).toBe(`${SAMPLE.repeat(3)}\ufffd${SAMPLE}`);
  });

  it('gives back any well-formed text from UTF-8, and never fails on bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(!/[\0\ufeff]/.test(text));
        expect(decodeText(Buffer.from(text, 'utf8')).text).toBe(text.replace(/\p{Surrogate}/gu, '\ufffd'));
      }),
      { seed: 1 },
    );
    fc.assert(
      fc.property(fc.uint8Array(), fc.option(fc.string(), { nil: undefined }), (bytes, hint) => {
        expect(typeof decodeText(bytes, hint).text).toBe('string');
      }),
      { seed: 2 },
    );
  });
});

describe('isBinary', () => {
  it.each<[string, Uint8Array]>([
    ['PNG', bytesOf(0x89, 0x50, 0x4e, 0x47, 1)],
    ['ZIP', Buffer.from('PK\x03\x04abc')],
    ['an executable', Buffer.from('\x7fELF\x02\x01')],
    ['NULs', bytesOf(0, 1, 2, 3, 0, 255)],
    ['noise', Buffer.from(Array.from({ length: 4096 }, (_, at) => (at * 7919 + (at >> 3) * 31) % 256))],
  ])('is true for %s', (_, bytes) => expect(isBinary(bytes)).toBe(true));

  it.each<[string, Uint8Array]>([
    ['nothing', bytesOf()],
    ['text', Buffer.from(SAMPLE)],
    ['Latin-1', Buffer.from('Größe', 'latin1')],
    ['terminal colours', Buffer.from('\u001b[31mred\u001b[0m')],
    ['a page with one NUL', Buffer.from(`text\0${' more'.repeat(50)}`)],
  ])('is false for %s', (_, bytes) => expect(isBinary(bytes)).toBe(false));
});

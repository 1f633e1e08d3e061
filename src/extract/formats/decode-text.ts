import chardet from 'chardet';
import { utf16ByNuls } from './media-types.js';

/** Text with the name of the encoding that it was read as. */
export interface DecodedText {
  readonly text: string;
  /** Lower-case WHATWG label, for instance `utf-8` or `windows-1252`. */
  readonly charset: string;
}

/**
 * Reads bytes as text: byte order mark first, then UTF-16 told by its NULs, then the origin's charset, then what the
 * document itself declares (HTML meta, XML declaration), strict UTF-8, a statistical guess, and windows-1252 at last.
 * Bytes that are valid UTF-8 beyond ASCII are read as UTF-8 even when a Latin charset is declared, because servers
 * declare Latin-1 by default. Never fails: what cannot be read becomes U+FFFD.
 */
export function decodeText(bytes: Uint8Array, charsetHint?: string): DecodedText {
  const marked = decodeByMark(bytes);
  if (marked !== undefined) return marked;
  const wide = utf16ByNuls(bytes);
  if (wide !== undefined) return decodeAs(bytes, wide);
  const declared = labelOf(charsetHint) ?? labelOf(declaredCharset(bytes));
  const isUtf8Likely = declared === undefined || declared === 'utf-8' || isLatin(declared) || isWide(declared);
  if (isUtf8Likely) {
    const strict = decodeStrict(bytes);
    if (strict !== undefined) return { text: strict, charset: 'utf-8' };
  }
  if (declared !== undefined && declared !== 'utf-8' && !isWide(declared)) return decodeAs(bytes, declared);
  return decodeAs(bytes, isMostlyUtf8(bytes) ? 'utf-8' : guessCharset(bytes));
}

function decodeByMark(bytes: Uint8Array): DecodedText | undefined {
  const [a, b, c, d] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return decodeAs(bytes.subarray(3), 'utf-8');
  if (a === 0xff && b === 0xfe && c === 0 && d === 0) return decodeUtf32(bytes.subarray(4), true);
  if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return decodeUtf32(bytes.subarray(4), false);
  if (a === 0xff && b === 0xfe) return decodeAs(bytes.subarray(2), 'utf-16le');
  if (a === 0xfe && b === 0xff) return decodeAs(bytes.subarray(2), 'utf-16be');
  return undefined;
}

/** The encoding that the first kilobytes declare in a meta element, an XML declaration or a coding comment. */
function declaredCharset(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 4096)).toString('latin1');
  return (
    /<meta[^>]{0,512}?charset\s*=\s*["']?\s*([\w:.-]+)/i.exec(head)?.[1] ??
    /^\s*<\?xml[^>]{0,256}?encoding\s*=\s*["']([\w:.-]+)/i.exec(head)?.[1] ??
    /^(?:[^\n]{0,200}\n)?[ \t]*#[^\n]{0,200}?coding[:=][ \t]*([\w.-]+)/.exec(head)?.[1]
  );
}

/** Canonical label of a charset that this runtime can decode, else undefined. */
function labelOf(name: string | undefined): string | undefined {
  if (name === undefined || name === '') return undefined;
  try {
    return new TextDecoder(name.trim()).encoding;
  } catch {
    // An unknown label says nothing about the bytes: detection goes on.
    return undefined;
  }
}

function isLatin(label: string): boolean {
  return label === 'windows-1252' || label === 'iso-8859-1' || label === 'iso-8859-15';
}

/** UTF-16 declared inside text that could be read as bytes cannot be true. */
function isWide(label: string): boolean {
  return label.startsWith('utf-16');
}

function decodeStrict(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // Not UTF-8; the caller tries the next encoding.
    return undefined;
  }
}

function decodeAs(bytes: Uint8Array, label: string): DecodedText {
  if (isLatin(label) && label !== 'iso-8859-15') return { text: decodeWindows1252(bytes), charset: 'windows-1252' };
  return { text: new TextDecoder(label, { ignoreBOM: true }).decode(bytes), charset: label };
}

// Code points of bytes 0x80..0x9f. Node 20's own decoder reads these bytes as C1 controls.
const WINDOWS_1252_HIGH =
  '\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f' +
  '\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178';

function decodeWindows1252(bytes: Uint8Array): string {
  const latin = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return latin.replace(/[\x80-\x9f]/g, (char) => WINDOWS_1252_HIGH[char.charCodeAt(0) - 0x80] ?? char);
}

function decodeUtf32(bytes: Uint8Array, isLittleEndian: boolean): DecodedText {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: string[] = [];
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const code = view.getUint32(at, isLittleEndian);
    parts.push(code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd');
  }
  return { text: parts.join(''), charset: isLittleEndian ? 'utf-32le' : 'utf-32be' };
}

/** Whether text is UTF-8 with a few broken bytes: far more whole multi-byte sequences than errors. */
function isMostlyUtf8(bytes: Uint8Array): boolean {
  const sample = new TextDecoder('utf-8').decode(bytes.subarray(0, 262_144));
  let broken = 0;
  let whole = 0;
  for (const char of sample) {
    if (char === '\ufffd') broken++;
    else if (char > '\x7f') whole++;
  }
  return whole > broken * 4;
}

const GUESS_CONFIDENCE = 40;
const SAMPLE_BYTES = 32_768;

function guessCharset(bytes: Uint8Array): string {
  const first = bytes.findIndex((byte) => byte > 0x7f);
  const from = Math.max(0, first - 256);
  const matches = chardet.analyse(bytes.subarray(from, from + SAMPLE_BYTES));
  const best = matches[0];
  if (best === undefined || best.confidence < GUESS_CONFIDENCE) return 'windows-1252';
  const label = labelOf(best.name);
  return label === undefined || label === 'utf-8' || isWide(label) ? 'windows-1252' : label;
}

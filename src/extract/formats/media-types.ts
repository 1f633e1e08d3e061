import { extensionOf, languageOfName, languageOfShebang } from './languages.js';
import { isManualHead, isPackedManualName } from './man/manual-name.js';

/** Which parser reads a document. */
export type FormatKind =
  | 'markdown'
  | 'plain'
  | 'rst'
  | 'asciidoc'
  | 'org'
  | 'manual'
  | 'html'
  | 'pdf'
  | 'office'
  | 'notebook'
  | 'code';

const OPEN_XML = 'application/vnd.openxmlformats-officedocument.';
const OPEN_DOCUMENT = 'application/vnd.oasis.opendocument.';
/** Packed documents by extension; which one an archive is, its own content says. */
const PACKED: ReadonlyMap<string, string> = new Map([
  ['docx', `${OPEN_XML}wordprocessingml.document`],
  ['docm', 'application/vnd.ms-word.document.macroenabled.12'],
  ['dotx', `${OPEN_XML}wordprocessingml.template`],
  ['xlsx', `${OPEN_XML}spreadsheetml.sheet`],
  ['xlsm', 'application/vnd.ms-excel.sheet.macroenabled.12'],
  ['pptx', `${OPEN_XML}presentationml.presentation`],
  ['pptm', 'application/vnd.ms-powerpoint.presentation.macroenabled.12'],
  ['ppsx', `${OPEN_XML}presentationml.slideshow`],
  ['odt', `${OPEN_DOCUMENT}text`],
  ['ott', `${OPEN_DOCUMENT}text-template`],
  ['ods', `${OPEN_DOCUMENT}spreadsheet`],
  ['odp', `${OPEN_DOCUMENT}presentation`],
  ['epub', 'application/epub+zip'],
  // Binary formats of before: their reader says how to go on.
  ['doc', 'application/msword'],
  ['xls', 'application/vnd.ms-excel'],
  ['ppt', 'application/vnd.ms-powerpoint'],
]);
const PACKED_TYPES: ReadonlySet<string> = new Set(PACKED.values());
const BINARY = 'application/octet-stream';
const MANUAL = 'text/troff';
const NOTEBOOK = 'application/x-ipynb+json';

/** Prose and containers by extension: media type and parser. Everything that is code comes from the language table. */
const BY_EXTENSION: ReadonlyMap<string, readonly [string, FormatKind]> = new Map([
  ...entries('md markdown mdown mkd mkdn mdwn mdx qmd rmd', 'text/markdown', 'markdown'),
  ...entries('txt text log me nfo srt vtt', 'text/plain', 'plain'),
  ...entries('rst rest', 'text/x-rst', 'rst'),
  ...entries('adoc asciidoc asc', 'text/asciidoc', 'asciidoc'),
  ...entries('org', 'text/org', 'org'),
  ...entries('html htm xhtml xht shtml', 'text/html', 'html'),
  ...entries('pdf', 'application/pdf', 'pdf'),
  ...[...PACKED].map(([extension, type]): [string, [string, FormatKind]] => [extension, [type, 'office']]),
  ...entries('ipynb', NOTEBOOK, 'notebook'),
]);

function entries(extensions: string, mediaType: string, kind: FormatKind): [string, [string, FormatKind]][] {
  return extensions.split(' ').map((extension) => [extension, [mediaType, kind]]);
}

/** Extensions whose content is never text worth indexing, so that the file need not be opened. */
const BINARY_EXTENSIONS: ReadonlySet<string> = new Set(
  (
    'svg png jpg jpeg gif bmp ico icns webp avif heic tif tiff psd ai eps svgz mp3 mp4 m4a m4v wav flac ogg oga ogv webm avi mov mkv wmv aac opus ' +
    'zip gz tgz bz2 xz zst lz4 7z rar tar jar war ear apk ipa dmg iso deb rpm msi cab exe dll so dylib a o obj lib pdb class pyc pyo pyd wasm ' +
    'woff woff2 ttf otf eot bin dat db sqlite sqlite3 mdb parquet arrow feather avro orc npy npz pkl pickle pt pth onnx safetensors gguf h5 hdf5 ' +
    'tflite pb ckpt lance mobi key numbers pages swf fla blend glb fbx stl dwg ' +
    'keystore jks p12 pfx der snap lockb idx pack mo nupkg whl egg crx node'
  ).split(' '),
);

const CODE_TYPES: ReadonlyMap<string, string> = new Map([
  ['application/json', 'json'],
  ['text/json', 'json'],
  ['application/jsonl', 'jsonl'],
  ['application/x-ndjson', 'jsonl'],
  ['application/ndjson', 'jsonl'],
  ['application/yaml', 'yaml'],
  ['application/x-yaml', 'yaml'],
  ['text/yaml', 'yaml'],
  ['text/x-yaml', 'yaml'],
  ['application/toml', 'toml'],
  ['text/csv', 'csv'],
  ['text/tab-separated-values', 'tsv'],
  ['application/xml', 'xml'],
  ['text/xml', 'xml'],
  ['text/css', 'css'],
  ['text/javascript', 'javascript'],
  ['application/javascript', 'javascript'],
  ['application/x-javascript', 'javascript'],
  ['application/typescript', 'typescript'],
  ['application/sql', 'sql'],
  ['application/graphql', 'graphql'],
  ['application/x-sh', 'bash'],
  ['application/x-httpd-php', 'php'],
]);

const PROSE_TYPES: ReadonlyMap<string, FormatKind> = new Map([
  ['text/markdown', 'markdown'],
  ['text/x-markdown', 'markdown'],
  ['text/mdx', 'markdown'],
  ['text/html', 'html'],
  ['application/xhtml+xml', 'html'],
  ['text/x-rst', 'rst'],
  ['text/prs.fallenstein.rst', 'rst'],
  ['text/asciidoc', 'asciidoc'],
  ['text/org', 'org'],
  [MANUAL, 'manual'],
  ['text/x-troff', 'manual'],
  ['application/x-troff', 'manual'],
  ['application/x-troff-man', 'manual'],
  ['application/x-troff-mdoc', 'manual'],
  ['application/pdf', 'pdf'],
  ['application/x-pdf', 'pdf'],
  ...[...PACKED_TYPES].map((type): [string, FormatKind] => [type, 'office']),
  [NOTEBOOK, 'notebook'],
]);

const TYPE_OF_LANGUAGE: Readonly<Record<string, string>> = {
  json: 'application/json',
  jsonl: 'application/jsonl',
  yaml: 'application/yaml',
  toml: 'application/toml',
  csv: 'text/csv',
  tsv: 'text/tab-separated-values',
  xml: 'application/xml',
  css: 'text/css',
  javascript: 'text/javascript',
};

/** A media type without parameters, in lower case; empty when there is none. */
export function bareMediaType(mediaType: string | undefined): string {
  return (mediaType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

/** The `charset` parameter of a media type, in lower case; undefined when there is none. */
export function charsetOf(mediaType: string | undefined): string | undefined {
  return /;\s*charset\s*=\s*["']?([^\s"';]+)/i.exec(mediaType ?? '')?.[1]?.toLowerCase();
}

/** Media type of a language's source files, for instance `text/x-python`. */
export function mediaTypeOfLanguage(language: string): string {
  return TYPE_OF_LANGUAGE[language] ?? `text/x-${language}`;
}

/** Whether the name alone says that the content is not text (`logo.png`). */
export function hasBinaryName(fileName: string): boolean {
  return BINARY_EXTENSIONS.has(extensionOf(fileName)) && !isPackedManualName(fileName);
}

/**
 * Media type of a file by magic bytes, then by name, then by its first bytes (`#!`, `<!doctype html>`).
 * `head` holds the first bytes, 4 kB are enough; `application/octet-stream` for what is not text.
 */
export function detectMediaType(fileName: string, head: Uint8Array): string {
  const start = asciiOf(head.subarray(0, 1024));
  if (start.slice(0, 1024).includes('%PDF-') && isPdfHead(start)) return 'application/pdf';
  const named = BY_EXTENSION.get(extensionOf(fileName));
  if (named !== undefined && (named[1] === 'pdf' || named[1] === 'office')) return named[0];
  if (hasBinaryName(fileName) || isBinary(head)) return BINARY;
  if (named !== undefined) return named[0];
  const language = languageOfName(fileName) ?? languageOfShebang(start);
  if (language !== undefined) return mediaTypeOfLanguage(language);
  if (isManualHead(fileName, Buffer.from(head).toString('latin1'))) return MANUAL;
  if (/^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)*<(?:!doctype\s+html|html[\s>])/i.test(start)) return 'text/html';
  return 'text/plain';
}

function isPdfHead(start: string): boolean {
  return /^[\s\0]*%PDF-/.test(start) || (!/^\s*[<#\w]/.test(start) && start.includes('%PDF-'));
}

function asciiOf(bytes: Uint8Array): string {
  let from = 0;
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) from = 3;
  return String.fromCharCode(...bytes.subarray(from, from + 1024));
}

const SIGNATURES: readonly (readonly number[])[] = [
  [0x89, 0x50, 0x4e, 0x47],
  [0xff, 0xd8, 0xff],
  [0x47, 0x49, 0x46, 0x38],
  [0x50, 0x4b, 0x03, 0x04],
  [0x50, 0x4b, 0x05, 0x06],
  [0x1f, 0x8b],
  [0x42, 0x5a, 0x68],
  [0xfd, 0x37, 0x7a, 0x58, 0x5a],
  [0x7f, 0x45, 0x4c, 0x46],
  [0xca, 0xfe, 0xba, 0xbe],
  [0x00, 0x61, 0x73, 0x6d],
  [0x25, 0x50, 0x44, 0x46],
  [0xd0, 0xcf, 0x11, 0xe0],
];

/**
 * Whether bytes are something other than text: a known signature, or more NULs and control characters than slip into
 * text by accident (UTF-16 and UTF-32 aside). Looks at the first 8 kB.
 */
export function isBinary(head: Uint8Array): boolean {
  const bytes = head.subarray(0, 8192);
  if (SIGNATURES.some((signature) => signature.every((byte, at) => bytes[at] === byte))) return true;
  if (hasWideBom(bytes) || utf16ByNuls(bytes) !== undefined) return false;
  let nuls = 0;
  let controls = 0;
  for (const byte of bytes) {
    if (byte === 0) nuls++;
    else if (byte < 7 || (byte > 13 && byte < 27) || (byte > 27 && byte < 32) || byte === 127) controls++;
  }
  return (nuls + controls) * 12 > bytes.length || (nuls > 1 && nuls * 50 > bytes.length);
}

function hasWideBom(bytes: Uint8Array): boolean {
  const [a, b, c, d] = bytes;
  return (a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff) || (a === 0 && b === 0 && c === 0xfe && d === 0xff);
}

/**
 * Byte order of UTF-16 text without a mark, told by NULs standing almost only in the high bytes; undefined for
 * anything else. Needs mostly Latin text.
 */
export function utf16ByNuls(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  const length = Math.min(bytes.length, 4096) & ~1;
  if (length < 4) return undefined;
  let even = 0;
  let odd = 0;
  let unprintable = 0;
  for (let at = 0; at < length; at += 2) {
    const high = bytes[at] ?? 0;
    const low = bytes[at + 1] ?? 0;
    if (high === 0) even++;
    if (low === 0) odd++;
    if (high === 0 ? isControl(low) : low === 0 && isControl(high)) unprintable++;
  }
  const pairs = length / 2;
  if (unprintable > pairs * 0.02) return undefined;
  if (odd > pairs * 0.6 && even < pairs * 0.02) return 'utf-16le';
  if (even > pairs * 0.6 && odd < pairs * 0.02) return 'utf-16be';
  return undefined;
}

function isControl(byte: number): boolean {
  return byte < 9 || (byte > 13 && byte < 32) || byte === 127;
}

/** What reads a document, and the language when it is code. */
export interface FormatChoice {
  readonly kind: FormatKind;
  readonly mediaType: string;
  readonly language: string;
}

/**
 * Chooses the parser for bytes. What the origin says wins when it is specific; `text/plain` and
 * `application/octet-stream` give way to the file name and the first bytes. Undefined when nothing can read it.
 */
export function chooseFormat(stated: string | undefined, fileName: string, head: Uint8Array): FormatChoice | undefined {
  const detected = detectMediaType(fileName, head);
  if (detected === 'application/pdf') return { kind: 'pdf', mediaType: detected, language: '' };
  const given = bareMediaType(stated);
  const isVague =
    given === '' ||
    given === 'text/plain' ||
    given === BINARY ||
    given === 'binary/octet-stream' ||
    carries(given, detected);
  const mediaType = isVague ? detected : given;
  if (!PACKED_TYPES.has(mediaType) && isBinary(head)) {
    const packed = PACKED_TYPES.has(detected) ? detected : packedType(head);
    return packed === undefined ? undefined : choiceOf(packed);
  }
  const language = languageOfName(fileName);
  const stands = choiceOf(mediaType);
  // Servers name roff by extension (`.t`, `.1`), which other files have too.
  const isOther =
    stands?.kind === 'manual' && detected !== MANUAL && !isManualHead(fileName, Buffer.from(head).toString('latin1'));
  const choice = isOther ? choiceOf(detected) : stands;
  if (choice?.kind === 'plain' && language !== undefined && isVague) return { ...choice, kind: 'code', language };
  return choice;
}

/** Whether an origin names what a document is written in, where its file name says which document that is. */
function carries(given: string, detected: string): boolean {
  if (detected === NOTEBOOK) return given === 'application/json' || given === 'text/json';
  if (PACKED_TYPES.has(detected)) return /^application\/(?:x-)?zip(?:-compressed)?$/.test(given);
  const named = PROSE_TYPES.get(detected);
  return named !== undefined && named !== 'html' && given.startsWith('text/x-') && !PROSE_TYPES.has(given);
}

/** Type of a packed document by the first name in its archive, or by the one that OpenDocument and EPUB begin with. */
function packedType(head: Uint8Array): string | undefined {
  const start = String.fromCharCode(...head.subarray(0, 160));
  if (!start.startsWith('PK\u0003\u0004')) return undefined;
  // A local header has 30 bytes, the last two of which give the length of what stands between name and content.
  const name = start.slice(30);
  if (name.startsWith('mimetype')) {
    const stated = /^application\/[a-z0-9.+-]+?(?=PK|$)/.exec(name.slice(8 + (head[28] ?? 0)))?.[0] ?? '';
    return PACKED_TYPES.has(stated) ? stated : undefined;
  }
  return /^(?:\[Content_Types\]\.xml|_rels\/\.rels|docProps\/|word\/|xl\/|ppt\/)/.test(name)
    ? PACKED.get('docx')
    : undefined;
}

function choiceOf(mediaType: string): FormatChoice | undefined {
  const prose = PROSE_TYPES.get(mediaType);
  if (prose !== undefined) return { kind: prose, mediaType, language: '' };
  const language = languageOfType(mediaType);
  if (language !== undefined) return { kind: 'code', mediaType, language };
  return mediaType.startsWith('text/') ? { kind: 'plain', mediaType, language: '' } : undefined;
}

function languageOfType(mediaType: string): string | undefined {
  const known = CODE_TYPES.get(mediaType);
  if (known !== undefined) return known;
  if (mediaType.startsWith('text/x-')) return mediaType.slice('text/x-'.length);
  if (mediaType.endsWith('+json')) return 'json';
  if (mediaType.endsWith('+xml') && mediaType.startsWith('application/')) return 'xml';
  return undefined;
}

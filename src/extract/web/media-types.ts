import type { SkipReason } from '../../core/ports.js';
import { isPackedManualName } from '../formats/man/manual-name.js';

const PAGE_TYPES: ReadonlySet<string> = new Set([
  'text/html',
  'application/xhtml+xml',
  'text/markdown',
  'text/x-markdown',
  'text/mdx',
  'text/plain',
  'text/x-rst',
  'text/prs.fallenstein.rst',
  'text/asciidoc',
  'text/org',
  'text/troff',
  'text/x-troff',
  'application/x-troff',
  'application/x-troff-man',
  'application/x-troff-mdoc',
  'application/pdf',
  'application/x-pdf',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  'application/vnd.oasis.opendocument.text',
  'application/vnd.oasis.opendocument.spreadsheet',
  'application/vnd.oasis.opendocument.presentation',
  'application/epub+zip',
  'application/x-ipynb+json',
]);

/** Servers that do not know a type send these. */
const VAGUE_TYPES: ReadonlySet<string> = new Set(['', 'application/octet-stream', 'binary/octet-stream']);
const PAGE_NAME =
  /\.(?:md|mdx|markdown|txt|rst|adoc|org|html?|xhtml|pdf|docx|xlsx|pptx|od[tsp]|epub|ipynb|[1-9]|man|mdoc)$/i;

const BINARY_TYPE =
  /^(?:image|audio|video|font)\/|\/(?:zip|gzip|x-gzip|x-tar|octet-stream|wasm|x-7z-compressed|vnd\.rar)$/;

/** What servers call `ls.1.gz`. */
const PACKED_TYPE = /^application\/(?:x-)?gzip$/;

/** Names of files that hold no text worth asking for. */
const BINARY_NAME =
  /\.(?:png|jpe?g|gif|bmp|ico|webp|avif|heic|tiff?|psd|svgz?|mp[34]|m4[av]|wav|flac|og[gav]|web[mp]|avi|mov|mkv|wmv|aac|opus|zip|t?gz|bz2|xz|zst|7z|rar|tar|jar|war|apk|ipa|dmg|iso|deb|rpm|msi|cab|exe|dll|dylib|pyc|wasm|woff2?|ttf|otf|eot|sqlite3?|parquet|swf|whl|egg|crx|mobi|ppt|xls|docm?|css|map)$/i;

/** What documents are made of: a server that knows only this much says it instead of the document's own type. */
const CARRIERS: readonly (readonly [type: RegExp, name: RegExp])[] = [
  [/^(?:application|text)\/json$/, /\.ipynb$/i],
  [/^application\/(?:x-)?zip(?:-compressed)?$/, /\.(?:docx|xlsx|pptx|od[tsp]|epub)$/i],
  [/^text\/x-[\w.+-]+$/, PAGE_NAME],
];

/** Whether a crawl keeps content of this type: pages and documents, not data, styles or pictures. */
export function isPageType(mediaType: string, url: string): boolean {
  if (mediaType === '' || PAGE_TYPES.has(mediaType)) return true;
  const { pathname } = new URL(url);
  if (PACKED_TYPE.test(mediaType) && isPackedManualName(pathname)) return true;
  if (VAGUE_TYPES.has(mediaType)) return PAGE_NAME.test(pathname);
  return CARRIERS.some(([type, name]) => type.test(mediaType) && name.test(pathname));
}

/** Whether an address that the user gave by hand is worth reading: anything that may be text. */
export function isWantedAnywhere(mediaType: string): boolean {
  return !BINARY_TYPE.test(mediaType);
}

/** Why content of this type is passed over. */
export function skipReasonOf(mediaType: string): SkipReason {
  return BINARY_TYPE.test(mediaType) ? 'binary' : 'unsupported';
}

/** Whether links in this content are Markdown links. */
export function isMarkdownType(mediaType: string): boolean {
  return mediaType === 'text/markdown' || mediaType === 'text/x-markdown' || mediaType === 'text/mdx';
}

/** Whether the address names a file that is no page, so that it need not be asked for. */
export function hasBinaryName(url: string): boolean {
  const { pathname } = new URL(url);
  return BINARY_NAME.test(pathname) && !isPackedManualName(pathname);
}

import { pathToFileURL } from 'node:url';

/** A path as the file system has it: bytes, because a name need not be valid UTF-8. */
export type PathBytes = Buffer;

const SEPARATOR = Buffer.from('/');

/** The path of an entry in a folder. */
export function joinPath(folder: PathBytes, name: Buffer): PathBytes {
  return folder.at(-1) === SEPARATOR[0] ? Buffer.concat([folder, name]) : Buffer.concat([folder, SEPARATOR, name]);
}

/** Text of a path or name for people and patterns; bytes that are not UTF-8 become U+FFFD. */
export function textOf(path: Buffer): string {
  return path.toString('utf8');
}

/**
 * `file://` URL of an absolute path. Different paths have different URLs, bytes that are not UTF-8 included, and
 * `fileURLToPath` gives back any path that is valid UTF-8.
 */
export function fileUri(path: PathBytes): string {
  const text = textOf(path);
  if (Buffer.from(text, 'utf8').equals(path)) return pathToFileURL(text).href;
  const encoded = [...path].map((byte) => {
    const char = String.fromCharCode(byte);
    return byte < 0x80 && /[A-Za-z0-9\-._~!$&'()*+,;=:@/]/.test(char)
      ? char
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  });
  return `file://${encoded.join('')}`;
}

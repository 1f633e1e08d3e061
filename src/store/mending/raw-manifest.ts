import { open, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { manifestsOf, VERSIONS_FOLDER } from '../manifests.js';
import { encodeField, encodeNumber, fieldsOf, numberOf, type ProtobufField } from '../protobuf.js';
import type { Fragment } from '../read-manifest.js';

/** Fields of a manifest that a manifest over other files must not have: its fragments, its indexes, its transaction. */
const FRAGMENTS = 2;
const DROPPED = new Set([FRAGMENTS, 6, 12, 21]);
const MAX_FRAGMENT_ID = 11;
/** Fields of a fragment and of its data file. */
const FRAGMENT = { id: 1, file: 2, rows: 4 } as const;
const FILE_PATH = 1;
const FILE_SIZE = 6;
const FOOTER_BYTES = 40;

/**
 * Writes a manifest over data files whose own manifests are all lost. `donor` is the folder of a table of the same
 * columns with one row, of which everything but the files is taken. Resolves to the fragments: one for each file whose
 * end can be read. Which of their rows were deleted is not known any more.
 */
export async function writeRawManifest(donor: string, dataFolder: string): Promise<Fragment[]> {
  const [name = ''] = await manifestsOf(donor);
  const path = join(donor, VERSIONS_FOLDER, name);
  const bytes = await readFile(path);
  const start = Number(bytes.readBigUInt64LE(bytes.length - 16));
  const fields = [...fieldsOf(bytes.subarray(start + 4, start + 4 + bytes.readUInt32LE(start)))];
  const model = fields.find(({ number }) => number === FRAGMENTS);
  if (model === undefined) return [];
  const parts: Buffer[] = fields
    .filter(({ number }) => !DROPPED.has(number) && number !== MAX_FRAGMENT_ID)
    .map(encodeField);
  const fragments: Fragment[] = [];
  for (const file of await oldestFirst(dataFolder)) {
    const rows = await rowsOfFile(join(dataFolder, file));
    if (rows === undefined) continue;
    const id = fragments.length;
    fragments.push({ id, rows, deletedRows: 0, deletionFile: '' });
    parts.push(fragmentOver([...fieldsOf(model.bytes)], { id, rows, file }));
  }
  parts.push(encodeNumber(MAX_FRAGMENT_ID, fragments.length));
  const message = Buffer.concat(parts);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(message.length);
  const position = Buffer.alloc(8);
  await writeFile(path, Buffer.concat([length, message, position, bytes.subarray(-8)]));
  return fragments;
}

/** Data files in the order in which they were written, so that of two states of a row the later one comes last. */
async function oldestFirst(folder: string): Promise<string[]> {
  const names = (await readdir(folder).catch(() => [])).filter((entry) => entry.endsWith('.lance')).sort();
  const times = await Promise.all(names.map(async (name) => ({ name, at: (await stat(join(folder, name))).mtimeMs })));
  return times.sort((first, second) => first.at - second.at).map(({ name }) => name);
}

function fragmentOver(model: readonly ProtobufField[], file: { id: number; rows: number; file: string }): Buffer {
  const own = model.find(({ number }) => number === FRAGMENT.file);
  const kept = [...fieldsOf(own?.bytes ?? Buffer.alloc(0))].filter(
    ({ number }) => number !== FILE_PATH && number !== FILE_SIZE,
  );
  const name = { number: FILE_PATH, kind: 2, value: 0n, bytes: Buffer.from(file.file) };
  const data = Buffer.concat([encodeField(name), ...kept.map(encodeField)]);
  const parts = [
    encodeNumber(FRAGMENT.id, file.id),
    encodeField({ number: FRAGMENT.file, kind: 2, value: 0n, bytes: data }),
    encodeNumber(FRAGMENT.rows, file.rows),
  ];
  return encodeField({ number: FRAGMENTS, kind: 2, value: 0n, bytes: Buffer.concat(parts) });
}

/** How many rows a data file holds, by the description at its end; undefined when it cannot be told. */
async function rowsOfFile(path: string): Promise<number | undefined> {
  const { size } = await stat(path);
  if (size < FOOTER_BYTES) return undefined;
  const file = await open(path, 'r');
  try {
    const read = async (at: number, length: number): Promise<Buffer> => {
      if (at < 0 || length < 0 || at + length > size) throw new RangeError('A place beyond the end.');
      return (await file.read(Buffer.alloc(length), 0, length, at)).buffer;
    };
    const footer = await read(size - FOOTER_BYTES, FOOTER_BYTES);
    if (footer.subarray(-4).toString('latin1') !== 'LANC') return undefined;
    const entry = await read(Number(footer.readBigUInt64LE(16)), 16);
    const description = await read(Number(entry.readBigUInt64LE(0)), Number(entry.readBigUInt64LE(8)));
    return numberOf([...fieldsOf(description)], 2);
  } catch {
    return undefined; // cut short, or a flipped byte in its framing
  } finally {
    await file.close();
  }
}

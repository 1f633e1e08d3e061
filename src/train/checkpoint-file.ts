import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { QuarryError, systemCode } from '../core/errors.js';
import type { BatchPosition } from '../core/training/pair-sampler.js';
import { makeFolder } from '../files/make-folder.js';

/** Everything that a training needs to go on where it stopped. */
export interface Checkpoint {
  /** Says which configuration and corpus it belongs to. */
  readonly fingerprint: string;
  readonly step: number;
  /** Steps of the first pass, by which all are planned; later passes draw a few pairs more or less. */
  readonly stepsPerPass: number;
  /** Held-out score after each pass. */
  readonly heldOut: readonly number[];
  readonly position: BatchPosition;
  /** Rows, first and second moments, and the best rows so far where they are kept. */
  readonly arrays: readonly Float32Array[];
}

const headerSchema = z.object({
  fingerprint: z.string(),
  step: z.int().min(0),
  stepsPerPass: z.int().min(1),
  heldOut: z.array(z.number()),
  position: z.object({
    passStart: z.array(z.number()),
    consumed: z.int().min(0),
    now: z.array(z.number()),
  }),
  lengths: z.array(z.int().min(0)),
});

/** Writes a checkpoint beside the old one and then over it, so that a kill leaves one or the other whole. */
export async function writeCheckpoint(file: string, checkpoint: Checkpoint): Promise<void> {
  const { arrays, ...rest } = checkpoint;
  const header = Buffer.from(`${JSON.stringify({ ...rest, lengths: arrays.map((array) => array.length) })}\n`);
  const parts = arrays.map((array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength));
  await makeFolder(dirname(file));
  await writeFile(`${file}.new`, Buffer.concat([header, ...parts]));
  await rename(`${file}.new`, file);
}

/**
 * The checkpoint in a file, or undefined when there is none or it belongs to another configuration or corpus.
 *
 * @throws QuarryError TRAINING_INVALID when the file is damaged.
 */
export async function readCheckpoint(file: string, fingerprint: string): Promise<Checkpoint | undefined> {
  const bytes = await readIfPresent(file);
  if (!bytes) return undefined;
  const headerEnd = bytes.indexOf(10);
  try {
    const header = headerSchema.parse(JSON.parse(bytes.subarray(0, Math.max(0, headerEnd)).toString('utf8')));
    if (header.fingerprint !== fingerprint) return undefined;
    let at = headerEnd + 1;
    const arrays = header.lengths.map((length) => {
      const content = Uint8Array.from(bytes.subarray(at, at + length * 4));
      at += length * 4;
      return new Float32Array(content.buffer, 0, length);
    });
    const { step, stepsPerPass, heldOut, position } = header;
    return { fingerprint, step, stepsPerPass, heldOut, position, arrays };
  } catch (cause) {
    throw new QuarryError('TRAINING_INVALID', `The checkpoint ${file} is damaged.`, {
      hint: 'Delete it and start the training again.',
      cause,
    });
  }
}

/** Removes a checkpoint that has served. */
export async function removeCheckpoint(file: string): Promise<void> {
  await rm(file, { force: true });
}

async function readIfPresent(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { messageOf, QuarryError, systemCode } from '../../../core/errors.js';

const unpack = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(gunzip);

/**
 * Unpacks a manual page in gzip; stops at `maxBytes`, so that a bomb costs no more.
 * @throws QuarryError DOCUMENT_TOO_LARGE, DOCUMENT_BROKEN
 */
export async function unpackManual(bytes: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  try {
    return await unpack(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    if (systemCode(error) === 'ERR_BUFFER_TOO_LARGE')
      throw new QuarryError('DOCUMENT_TOO_LARGE', `The manual page unpacks to more than ${maxBytes} bytes.`, {
        hint: 'Leave it out with an exclude pattern.',
      });
    throw new QuarryError(
      'DOCUMENT_BROKEN',
      `The manual page is compressed, but the stream is broken: ${messageOf(error)}.`,
      {
        hint: 'Save it again in the program that made it, or leave it out with an exclude pattern.',
        cause: error,
      },
    );
  }
}

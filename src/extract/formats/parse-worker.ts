import { parentPort } from 'node:worker_threads';
import { QuarryError, toQuarryError } from '../../core/errors.js';
import { parseHtml } from './html.js';
import type { WorkerAnswer, WorkerRequest } from './parse-in-worker.js';
import { parseOffice } from './parse-office.js';
import type { ParsedBody } from './parsed-document.js';
import { parsePdf } from './pdf.js';

/** The thread's side of parse-in-worker: one request at a time, answered with a body or an error. */
parentPort?.on('message', (request: WorkerRequest) => {
  void answer(request).then((reply) => parentPort?.postMessage(reply));
});

async function answer(request: WorkerRequest): Promise<WorkerAnswer> {
  try {
    return { body: await parse(request) };
  } catch (error) {
    return { error: errorOf(error).toReport() };
  }
}

function errorOf(error: unknown): QuarryError {
  if (!(error instanceof RangeError)) return toQuarryError(error, 'DOCUMENT_BROKEN');
  return new QuarryError('DOCUMENT_BROKEN', 'The document is nested too deeply to be read.', {
    hint: 'Save it again in the program that made it, or leave it out with an exclude pattern.',
    cause: error,
  });
}

async function parse(request: WorkerRequest): Promise<ParsedBody> {
  switch (request.kind) {
    case 'pdf':
      return await parsePdf(request.bytes, request.maxCharacters);
    case 'office':
      return parseOffice(request.bytes, request.uri);
    case 'asciidoc': {
      // Read only where there is such a document.
      const { parseAsciidoc } = await import('./asciidoc/parse-asciidoc.js');
      return await parseAsciidoc(request.text);
    }
    case 'html':
      return parseHtml(request.text, request.uri);
  }
}

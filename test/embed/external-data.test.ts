import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { field, integer, message, model, node, tensor, text } from '../../src/core/static-model/onnx-format.js';
import { externalFiles } from '../../src/embed/external-data.js';

let folder: string;
let graph: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quarry-external-'));
  graph = join(folder, 'model.onnx');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** A tensor whose numbers stand in another file. */
function external(location: string): Uint8Array {
  const entry = (key: string, value: string): Uint8Array => field(13, message(text(1, key), text(2, value)));
  return message(
    integer(1, 4),
    integer(2, 1),
    text(8, 'weights'),
    entry('offset', '0'),
    entry('location', location),
    integer(14, 1),
  );
}

async function filesOf(bytes: Uint8Array): Promise<string[]> {
  await writeFile(graph, bytes);
  return externalFiles(graph);
}

describe('the files that a graph names', () => {
  it('are found wherever a tensor can stand, each once, in order', async () => {
    const inner = message(field(5, external('inner.bin')), field(15, message(field(1, external('sparse.bin')))));
    const loop = message(text(1, 'body'), field(6, inner), integer(20, 5));
    const constant = message(text(1, 'value'), field(5, external('constant.bin')), integer(20, 4));
    const main = message(
      field(1, node('Loop', ['a'], 'b', loop)),
      field(1, node('Constant', [], 'c', constant)),
      text(2, 'main'),
      field(5, external('model.onnx_data')),
      field(5, external('model.onnx_data_1')),
      field(5, external('model.onnx_data')),
    );
    const local = field(25, message(text(1, 'local'), field(7, node('Constant', [], 'd', constant))));
    expect(await filesOf(message(model(main), local))).toEqual([
      'constant.bin',
      'inner.bin',
      'model.onnx_data',
      'model.onnx_data_1',
      'sparse.bin',
    ]);
  });

  it('are none where all weights stand in the graph, however large', async () => {
    const large = tensor('table', 1, [1_000_000], new Uint8Array(4_000_000).fill(106));
    expect(await filesOf(model(message(field(5, large), text(2, 'large'))))).toEqual([]);
  });

  it.each(['../other', '/etc/passwd', 'a/../../b', 'C:\\x', '', '.', 'a//b', 'a\0b'])(
    'are refused outside of its folder: %j',
    async (location) => {
      await expect(filesOf(model(field(5, external(location))))).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
    },
  );

  it('are given or refused, whatever the bytes are', async () => {
    const whole = model(message(field(5, external('some.bin')), text(2, 'main')));
    const damaged = fc
      .tuple(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 }), fc.boolean())
      .map(([at, byte, isCut]) =>
        isCut ? whole.subarray(0, at) : Uint8Array.from(whole, (old, i) => (i === at ? byte : old)),
      );
    await fc.assert(
      fc.asyncProperty(fc.oneof(damaged, fc.uint8Array({ maxLength: 60 })), async (bytes) => {
        const outcome = await filesOf(bytes).catch((error: unknown) => error);
        if (!Array.isArray(outcome)) expect(outcome).toMatchObject({ code: 'MODEL_UNAVAILABLE' });
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});

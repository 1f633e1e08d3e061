import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Embedder } from '../../src/core/ports.js';
import { openEmbedder } from '../../src/embed/open-embedder.js';
import { writeTinyTransformer } from './tiny-transformer.js';

let home: string;
let server: Server;
let requests: string[] = [];
/** How the host treats a path: as a file, or with this status, or by breaking off. */
let faults: Readonly<Record<string, number | 'break'>> = {};

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'quarry-download-'));
  await writeTinyTransformer(join(home, 'host'), 'hidden');
  server = createServer(async (request, response) => {
    const path = (request.url ?? '').replace('/org/tiny/resolve/main/', '');
    requests.push(path);
    const fault = faults[path];
    const bytes = await readFile(join(home, 'host', path)).catch(() => undefined);
    if (fault === 'break') {
      response.writeHead(200, { 'content-length': '1000000' });
      response.write('half');
      response.destroy();
    } else if (fault !== undefined || !bytes) response.writeHead(fault ?? 404).end();
    else response.end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(() => {
  faults = {};
  requests = [];
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(home, { recursive: true, force: true });
});

function open(cache: string, model = 'org/tiny', allowRemote = true): Promise<Embedder> {
  // A server that listens on a port has an address of this shape.
  const { port } = server.address() as AddressInfo;
  const remoteHost = `http://127.0.0.1:${port}`;
  return openEmbedder({ model, dtype: '', cacheDir: join(home, cache), allowRemote, threads: 1, remoteHost });
}

describe('a model that is not on this machine', () => {
  it('is downloaded once', async () => {
    const embedder = await open('cache');
    expect(embedder.fingerprint.model).toBe('org/tiny');
    await embedder.close();
    expect(requests).toContain('onnx/model_quantized.onnx');
    requests = [];
    const again = await open('cache');
    expect(again.fingerprint).toEqual(embedder.fingerprint);
    await again.close();
    expect(requests).toEqual([]);
    expect(await readdir(join(home, 'cache', 'org', 'tiny'))).not.toContainEqual(expect.stringMatching(/part/));
  });

  it('comes with every file that its graph names, and without what it does not need', async () => {
    await writeTinyTransformer(join(home, 'host'), 'spread');
    faults = { 'tokenizer_config.json': 404 };
    const embedder = await open('spread');
    expect(await embedder.embed(['one'], 'query')).toHaveLength(1);
    await embedder.close();
    expect(requests).toEqual(expect.arrayContaining(['onnx/segments.bin', 'onnx/table.bin']));
    faults = { 'onnx/table.bin': 404 };
    await expect(open('halved')).rejects.toMatchObject({ message: expect.stringContaining('onnx/table.bin') });
    await writeTinyTransformer(join(home, 'host'), 'hidden');
  });

  it('is not asked for when downloads are not allowed', async () => {
    await expect(open('never', 'org/tiny', false)).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
    expect(requests).toEqual([]);
  });

  it('is refused when the host does not have it', async () => {
    await expect(open('missing', 'org/other')).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      message: expect.stringContaining('tokenizer.json'),
    });
  });

  it.each([
    ['onnx/model_quantized.onnx', 'break'],
    ['tokenizer.json', 500],
    ['config.json', 'break'],
  ] as const)('is downloaded again after %s failed', async (file, fault) => {
    const cache = `broken-${file.replace('/', '-')}`;
    faults = { [file]: fault };
    await expect(open(cache)).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
    faults = {};
    const embedder = await open(cache);
    expect(await embedder.embed(['one'], 'query')).toHaveLength(1);
    await embedder.close();
  });

  it('is refused when the host cannot be reached', async () => {
    const options = { model: 'org/tiny', dtype: '', cacheDir: join(home, 'offline'), allowRemote: true, threads: 1 };
    await expect(openEmbedder({ ...options, remoteHost: 'http://127.0.0.1:1' })).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      message: expect.stringContaining('cannot be reached'),
      hint: expect.stringContaining('QUARRY_MODEL_CACHE'),
    });
  });
});

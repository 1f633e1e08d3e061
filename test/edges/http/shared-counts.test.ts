import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createRateLimiter, type RateLimiter } from '../../../src/edges/http/rate-limiter.js';
import { connectSharedCounts, type SharedCounts } from '../../../src/edges/http/shared-counts.js';

const HOUR = { name: 'hour', requests: 5, seconds: 3_600 };
const open: SharedCounts[] = [];
const servers: Server[] = [];
const sockets: Socket[] = [];
const processes: ChildProcess[] = [];

afterEach(async () => {
  for (const counts of open.splice(0)) await counts.close();
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
  for (const child of processes.splice(0))
    if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'exit');
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function connect(port: number): Promise<{ readonly limiter: RateLimiter; readonly told: string[] }> {
  const told: string[] = [];
  const shared = await connectSharedCounts(`redis://127.0.0.1:${port}`, (_level, message) => told.push(message));
  open.push(shared);
  return { limiter: createRateLimiter({ name: 'test', windows: [HOUR], shared }), told };
}

async function allowed(limiter: RateLimiter, client: string, requests: number): Promise<number> {
  const taken = await Promise.all(Array.from({ length: requests }, () => limiter.take(client)));
  return taken.filter(({ waitMs }) => waitMs === 0).length;
}

test.each(['', 'http://127.0.0.1:6379', 'redis', 'redis://[', 'localhost:6379'])('%j is no address', async (url) => {
  await expect(connectSharedCounts(url, () => undefined)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});

test('where nobody listens, requests are counted in memory, and that is told once', async () => {
  const { limiter, told } = await connect(await freePort());
  expect(await allowed(limiter, 'a', 20)).toBe(5);
  expect(await allowed(limiter, 'b', 20)).toBe(5);
  expect(told).toEqual(['Redis cannot be reached; requests are counted in memory']);
});

test('where nobody answers, requests are counted in memory', async () => {
  const mute = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
  servers.push(mute);
  await once(mute, 'listening');
  const address = mute.address();
  const { limiter } = await connect(typeof address === 'object' && address !== null ? address.port : 0);
  expect(await allowed(limiter, 'a', 20)).toBe(5);
});

// Debian's redis-server, where it is installed.
const describeRedis = spawnSync('redis-server', ['--version']).status === 0 ? describe : describe.skip;

describeRedis('with a Redis', () => {
  async function startRedis(port: number): Promise<ChildProcess> {
    const child = spawn('redis-server', [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
    ]);
    processes.push(child);
    for await (const part of child.stdout) if (String(part).includes('Ready to accept connections')) break;
    return child;
  }

  test('servers count together, and to the request', async () => {
    const port = await freePort();
    await startRedis(port);
    const [one, other] = [await connect(port), await connect(port)];
    const both = await Promise.all([allowed(one.limiter, 'a', 50), allowed(other.limiter, 'a', 50)]);
    expect(both[0] + both[1]).toBe(5);
    expect(await allowed(other.limiter, 'b', 1)).toBe(1);
    const { waitMs } = await one.limiter.take('a');
    expect(waitMs).toBeGreaterThan(3_000_000);
  });

  test.each(['SIGKILL', 'SIGSTOP'] as const)(
    'one that gets a %s does not stop requests, nor lets all of them through',
    async (signal) => {
      const port = await freePort();
      const redis = await startRedis(port);
      const { limiter } = await connect(port);
      expect(await allowed(limiter, 'a', 3)).toBe(3);
      redis.kill(signal);
      // Counted here from now on: five more, and no more.
      expect(await allowed(limiter, 'a', 20)).toBe(5);
      expect(await allowed(limiter, 'b', 20)).toBe(5);
    },
  );
});

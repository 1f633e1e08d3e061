import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openAccess } from '../../src/access/open-access.js';
import { removeFolder, temporaryFolder } from '../support/workspace.js';

const MAIN = resolve('dist', 'src', 'main.js');
const KEY = 'the-key-of-the-owner';
const ROUNDS = 3;
const WRITERS = 4;

let home: string;
const children: ChildProcessWithoutNullStreams[] = [];

beforeEach(async () => {
  home = join(await temporaryFolder(), 'home');
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await removeFolder(join(home, '..'));
});

async function serve(): Promise<{ readonly child: ChildProcessWithoutNullStreams; readonly url: string }> {
  const env = { ...process.env, QUARRY_HOME: home, QUARRY_API_KEY: KEY, QUARRY_TOOLSETS: 'all' };
  const child = spawn(process.execPath, [MAIN, 'serve', '--port', '0'], { env });
  children.push(child);
  let said = '';
  for await (const part of child.stderr) {
    said += String(part);
    const url = /http:\/\/[\d.]+:\d+/.exec(said)?.[0];
    if (url !== undefined) return { child, url };
  }
  expect(said).toBe('an address'); // It ended without one: show what it said.
  return { child, url: '' };
}

/** Writes notes one after the other until the server is gone; gives the ids that were acknowledged. */
async function write(url: string, name: string, onAcknowledged: () => void): Promise<string[]> {
  const acknowledged: string[] = [];
  for (let i = 0; ; i++) {
    const id = `${name}-${i}`;
    const body = JSON.stringify({ id, title: 'Kept', text: 'What was acknowledged is kept, and so is who did it.' });
    const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
    const status = await fetch(`${url}/api/v1/notes`, { method: 'POST', headers, body }).then(
      (response) => response.status,
      () => 0, // The server was killed.
    );
    if (status === 0) return acknowledged;
    expect(status).toBe(201);
    acknowledged.push(id);
    onAcknowledged();
  }
}

test('whatever was acknowledged before a kill has its line, and the log is whole', async () => {
  const acknowledged: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { child, url } = await serve();
    let count = 0;
    const onAcknowledged = (): void => {
      count += 1;
      if (count === 5 + 3 * round) child.kill('SIGKILL');
    };
    const writers = Array.from({ length: WRITERS }, (_, w) => write(url, `r${round}-w${w}`, onAcknowledged));
    acknowledged.push(...(await Promise.all(writers)).flat());
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
  const { audit } = openAccess({ home, auditDays: 0, now: () => new Date().toISOString() });
  const report = await audit.verify([]);
  expect(report).toMatchObject({ files: ROUNDS, findings: [] });
  for (const id of acknowledged) {
    const lines = await audit.search({ target: id, operation: 'note_create' }, 5);
    expect([id, lines.map(({ phase, outcome }) => `${phase} ${outcome}`)]).toEqual([id, ['end ok', 'begin ']]);
  }
  expect(acknowledged.length).toBeGreaterThanOrEqual(5 + 8 + 11);
});

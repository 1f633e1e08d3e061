import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { operations } from '../../src/operations/index.js';
import { removeFolder, temporaryFolder } from '../support/workspace.js';

const run = promisify(execFile);
const MAIN = resolve('dist', 'src', 'main.js');
const LISTER = pathToFileURL(resolve('dist', 'test', 'support', 'list-modules.js')).href;

let home: string;

/** Modules that a command loads: our own by their path in src, a package's by its name. */
async function modulesOf(...words: readonly string[]): Promise<{ ours: string[]; packages: string[]; stdout: string }> {
  const list = join(home, 'modules.txt');
  await rm(list, { force: true });
  const env = { ...process.env, MODULE_LIST: list, QUARRY_HOME: join(home, 'home'), QUARRY_LOG_LEVEL: 'error' };
  const { stdout } = await run(process.execPath, ['--import', LISTER, MAIN, ...words], { cwd: home, env });
  const loaded = (await readFile(list, 'utf8')).split('\n');
  const names = (pattern: RegExp): string[] => [...new Set(loaded.flatMap((name) => pattern.exec(name)?.[1] ?? []))];
  const ours = names(/\/dist\/src\/(.+)\.js$/);
  // Else nothing was listed, and every test below would hold.
  expect(ours).toContain('main');
  return { ours, packages: names(/.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//).sort(), stdout };
}

beforeAll(async () => {
  home = await temporaryFolder();
  await mkdir(join(home, 'pages'));
  await writeFile(join(home, 'pages', 'keys.md'), '# Keys\n\nSigning keys are replaced every ninety days.\n');
  await modulesOf('ingest', 'pages', '--quiet');
});

afterAll(() => removeFolder(home));

describe('the start of the program', () => {
  test.each([
    ['--version', [], ['--version']],
    ['--help', [], ['--help']],
    ['no words at all', [], []],
    ['the help of a group', ['dataset'], ['dataset', '--help']],
  ])('%s loads the parser of words and the list of operations alone', async (_name, group, words) => {
    const { ours, packages, stdout } = await modulesOf(...words);
    expect(packages).toEqual(['commander']);
    expect(ours.length).toBeLessThanOrEqual(20);
    if (words.includes('--version')) return;
    for (const { cli, summary } of operations) {
      const isListed = cli.command.slice(0, -1).join(' ') === group.join(' ');
      expect(stdout.replace(/\s+/g, ' ').includes(` ${cli.command.at(-1)} [options] `)).toBe(isListed);
      if (isListed) expect(stdout.replace(/\s+/g, ' ')).toContain(summary);
    }
  });

  test('the help of an operation loads what it takes, and opens nothing', async () => {
    const { ours, packages } = await modulesOf('search', '--help');
    expect(packages).toEqual(['commander', 'zod']);
    expect(ours.filter((name) => /^(?:store|embed|chunk|extract)\//.test(name))).toEqual([]);
  });

  test('a search loads one operation, and neither parsers nor rooms that it never enters', async () => {
    const { ours, packages, stdout } = await modulesOf('search', 'how often are keys replaced');
    expect(stdout).toContain('ninety days');
    expect(ours.filter((name) => /^operations\/.+\//.test(name))).toEqual(['operations/knowledge/search']);
    const idle = /^(?:chunk\/chunker|extract|suites|datasets|train|store\/mending|services\/(?:benchmark|curation)\/)/;
    expect(ours.filter((name) => idle.test(name))).toEqual([]);
    const heavy =
      /^(?:micromark|mdast|express|pino|web-tree-sitter|onnxruntime|@modelcontextprotocol|@xenova|@huggingface)/;
    expect(packages.filter((name) => heavy.test(name))).toEqual([]);
  });
});

import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { operations } from '../../src/operations/index.js';
import { removeFolder, temporaryFolder } from '../support/workspace.js';

const run = promisify(execFile);
const MAIN = resolve('dist', 'src', 'main.js');
const PARTS = resolve('dist', 'bundle-parts.json');
const LISTER = pathToFileURL(resolve('dist', 'test', 'support', 'list-modules.child.js')).href;

let home: string;

/** What a command loads. */
interface Loaded {
  /** How many files. */
  readonly files: number;
  /** Our own modules, by their path in src without its ending. */
  readonly ours: readonly string[];
  /** Packages, by name. */
  readonly packages: readonly string[];
  readonly stdout: string;
}

/** The modules in a file: the bundle has many in one. */
function partsOf(file: string, bundle: Readonly<Record<string, readonly string[]>>): readonly string[] {
  return file.includes('/dist/src/bundle/') ? (bundle[basename(file)] ?? []).map((part) => `/${part}`) : [file];
}

async function loadedBy(...words: readonly string[]): Promise<Loaded> {
  const list = join(home, 'modules.txt');
  await rm(list, { force: true });
  const env = { ...process.env, MODULE_LIST: list, QUARRY_HOME: join(home, 'home'), QUARRY_LOG_LEVEL: 'error' };
  const running = run(process.execPath, ['--import', LISTER, MAIN, ...words], { cwd: home, env });
  running.child.stdin?.end(); // A server over stdio ends with its client.
  const { stdout } = await running;
  const files = (await readFile(list, 'utf8')).split('\n').filter((name) => name.includes('/'));
  // As the build writes it.
  const bundle: Record<string, string[]> = JSON.parse(await readFile(PARTS, 'utf8'));
  const loaded = files.flatMap((file) => partsOf(file, bundle));
  const names = (pattern: RegExp): string[] => [...new Set(loaded.flatMap((name) => pattern.exec(name)?.[1] ?? []))];
  const ours = names(/\/dist\/src\/(.+)\.js$/);
  // Else nothing was listed, and every test below would hold.
  expect(ours).toContain('command-line');
  return { files: files.length, ours, packages: names(/.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//).sort(), stdout };
}

beforeAll(async () => {
  home = await temporaryFolder();
  await mkdir(join(home, 'pages'));
  await writeFile(join(home, 'pages', 'keys.md'), '# Keys\n\nSigning keys are replaced every ninety days.\n');
  await loadedBy('ingest', 'pages', '--quiet');
});

afterAll(() => removeFolder(home));

/** Keys, workspaces and the audit log, which only callers over HTTP come to. */
const SERVICE_ROOMS =
  /^(?:access\/|services\/access\/(?:access-services|audit|key|workspace)|store\/workspace-folders|serve-access)/;

describe('the start of the program', () => {
  test.each([
    ['--version', [], ['--version']],
    ['--help', [], ['--help']],
    ['no words at all', [], []],
    ['the help of a group', ['dataset'], ['dataset', '--help']],
  ])('%s loads the parser of words and the list of operations alone', async (_name, group, words) => {
    const { files, ours, packages, stdout } = await loadedBy(...words);
    expect(packages).toEqual(['commander']);
    expect(ours.length).toBeLessThanOrEqual(20);
    expect(files).toBeLessThanOrEqual(20);
    if (words.includes('--version')) return;
    const help = stdout.replace(/\s+/g, ' ');
    const listed = operations.filter(({ cli }) => cli.command.slice(0, -1).join(' ') === group.join(' '));
    expect(listed.length).toBeGreaterThan(5);
    for (const { cli, summary } of listed) {
      expect(help).toContain(` ${cli.command.at(-1)} [options] `);
      expect(help).toContain(summary);
    }
  });

  test('the help of an operation loads what it takes, and opens nothing', async () => {
    const { ours, packages } = await loadedBy('search', '--help');
    expect(packages).toEqual(['commander', 'zod']);
    expect(ours.filter((name) => /^(?:store|embed|chunk|extract)\//.test(name))).toEqual([]);
  });

  test('a search loads one operation, and neither parsers nor rooms that it never enters', async () => {
    const { files, ours, packages, stdout } = await loadedBy('search', 'how often are keys replaced');
    expect(stdout).toContain('ninety days');
    expect(files).toBeLessThanOrEqual(100);
    expect(ours.filter((name) => /^operations\/.+\//.test(name))).toEqual(['operations/knowledge/search']);
    expect(ours.filter((name) => SERVICE_ROOMS.test(name))).toEqual([]);
    const idle = /^(?:chunk\/chunker$|extract|suites|datasets|train|store\/mending|services\/(?:benchmark|curation)\/)/;
    expect(ours.filter((name) => idle.test(name))).toEqual([]);
    const heavy =
      /^(?:micromark|mdast|express|pino|web-tree-sitter|onnxruntime|@modelcontextprotocol|@xenova|@huggingface)/;
    expect(packages.filter((name) => heavy.test(name))).toEqual([]);
  });

  test('MCP over stdio loads and writes nothing of keys, workspaces and the audit log', async () => {
    const { ours } = await loadedBy('mcp', '--toolsets', 'all');
    expect(ours).toContain('edges/mcp/serve-stdio');
    expect(ours.filter((name) => SERVICE_ROOMS.test(name))).toEqual([]);
    expect(await readdir(join(home, 'home'))).not.toContain('access');
  });
});

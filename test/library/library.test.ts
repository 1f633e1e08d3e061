import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { removeFolder, temporaryFolder } from '../support/workspace.js';

const run = promisify(execFile);
const ROOT = resolve('.');
const TYPED = `import { openQuarry, type OperationInput, QuarryError, type Job } from 'quarry';
const quarry = await openQuarry({ home: './knowledge', logLevel: 'silent' });
const started = await quarry.execute('ingest', { target: './docs' });
const job: Job = await quarry.waitForJob(started.output.jobId, { onChange: ({ progress }) => void progress.done });
const input: OperationInput<'search'> = { query: 'keys', limit: 3 };
const { output } = await quarry.execute('search', input);
const text: string | undefined = output.results[0]?.text;
// @ts-expect-error no such field
void output.answers;
// @ts-expect-error no such setting
await openQuarry({ house: '.' });
export const code = (error: unknown): string => (error instanceof QuarryError ? error.code : '');
export { job, text };
`;

let project: string;

async function node(words: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  return run(process.execPath, [...words], {
    cwd: project,
    env: { ...process.env, QUARRY_HOME: join(project, 'home') },
  });
}

beforeAll(async () => {
  project = await temporaryFolder();
  await mkdir(join(project, 'node_modules'));
  await symlink(ROOT, join(project, 'node_modules', 'quarry'));
  await writeFile(join(project, 'package.json'), JSON.stringify({ type: 'module' }));
  await mkdir(join(project, 'docs'));
  await writeFile(join(project, 'docs', 'keys.md'), '# Keys\n\nSigning keys are replaced every ninety days.\n');
});

afterAll(() => removeFolder(project));

describe('the library, from another project', () => {
  test('is typed: strict, NodeNext, declarations of dependencies checked too', async () => {
    const compilerOptions = {
      module: 'NodeNext',
      target: 'ES2022',
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      noEmit: true,
      types: [],
      skipLibCheck: false,
    };
    await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['typed.ts'] }));
    await writeFile(join(project, 'typed.ts'), TYPED);
    const compiler = join(ROOT, 'node_modules', 'typescript-7', 'bin', 'tsc');
    await expect(node([compiler, '-p', '.']).catch((error: { stdout: string }) => error)).resolves.toMatchObject({
      stdout: '',
    });
  });

  test('importing does nothing: no output, no file, nothing that keeps the process alive', async () => {
    const script = `const quarry = await import('quarry'); process.stderr.write(Object.keys(quarry).sort().join());`;
    const { stdout, stderr } = await node(['--input-type=module', '-e', script]);
    expect(stdout).toBe('');
    expect(stderr).toBe('QuarryError,openQuarry');
    expect(await readdir(project)).not.toContain('home');
  });

  test('the example in the documents runs, and cites exactly', async () => {
    const { stdout, stderr } = await node([
      join(ROOT, 'docs', 'examples', 'ask-a-folder.mjs'),
      'docs',
      'how often are keys replaced?',
    ]);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^1\. Keys \(file:.*keys\.md, lines 1-3\): exact\n$/);
  });

  test('the program in the documents runs', async () => {
    const page = await readFile(join(ROOT, 'docs', 'library.md'), 'utf8');
    await writeFile(join(project, 'page.mjs'), /```js\n(.*?)```/s.exec(page)?.[1] ?? '');
    const { stdout } = await node(['page.mjs']);
    expect(stdout).toContain('ninety days');
  });

  test('bad input is refused with a typed error', async () => {
    const script = `import { openQuarry, QuarryError } from 'quarry';
      const quarry = await openQuarry({ home: 'home' });
      for (const [name, input] of [['search', { quary: 'x' }], ['serach', {}], ['fetch', null]])
        await quarry.execute(name, input).catch((error) => console.log(error instanceof QuarryError, error.code, error.hint !== undefined));
      await quarry.close();`;
    const { stdout } = await node(['--input-type=module', '-e', script]);
    expect(stdout).toBe('true INPUT_INVALID true\ntrue OPERATION_NOT_FOUND true\ntrue INPUT_INVALID true\n');
  });
});

describe('the package', () => {
  test('holds the program, its types, the model and the sample knowledge, and no tests, sources or maps', async () => {
    const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: ROOT });
    // The shape that npm documents for --json.
    const [pack] = JSON.parse(stdout) as readonly { readonly files: readonly { readonly path: string }[] }[];
    const paths = (pack?.files ?? []).map(({ path }) => path);
    const manifest: unknown = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
    for (const wanted of ['dist/src/index.js', 'dist/src/index.d.ts', 'dist/src/main.js', 'server.json'])
      expect(paths).toContain(wanted);
    expect(paths.some((path) => path.startsWith('models/') && path.endsWith('.onnx'))).toBe(true);
    expect(paths.some((path) => path.startsWith('eval/field-guide/'))).toBe(true);
    expect(paths.filter((path) => /^(?:dist\/)?(?:test|scripts)\/|^src\/|\.map$/.test(path))).toEqual([]);
    expect(JSON.stringify(manifest)).toContain('./dist/src/index.js');
  });
});

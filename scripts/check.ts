import { spawn } from 'node:child_process';
import { checkHouseRules } from './check-house-rules.js';
import { checkLinks } from './check-links.js';
import { checkLockFile } from './check-lock-file.js';
import { generateReference } from './generate-reference.js';

/** One thing that must hold; resolves to what is wrong, one line each. */
interface Check {
  readonly name: string;
  run(): Promise<readonly string[]>;
}

/** Runs a program of node_modules and gives its output when it fails. */
function program(name: string, words: readonly string[]): Check {
  return {
    name,
    run: () =>
      new Promise((resolve) => {
        const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] });
        let output = '';
        child.stdout.on('data', (part: Buffer) => {
          output += part.toString();
        });
        child.stderr.on('data', (part: Buffer) => {
          output += part.toString();
        });
        child.on('close', (code) => resolve(code === 0 ? [] : output.trimEnd().split('\n')));
      }),
  };
}

const checks: readonly Check[] = [
  program('format and lint', ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.']),
  program('borders between rooms', [
    'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
    'src',
    '--config',
    '.dependency-cruiser.cjs',
  ]),
  program('unused files, exports and dependencies', [
    'node_modules/knip/bin/knip.js',
    '--no-progress',
    '--no-config-hints',
  ]),
  { name: 'house rules', run: checkHouseRules },
  { name: 'lock file holds every platform', run: checkLockFile },
  { name: 'reference pages are up to date', run: () => generateReference({ write: false }) },
  { name: 'links in documents', run: checkLinks },
];

let failed = 0;
for (const check of checks) {
  const begun = performance.now();
  const problems = await check.run();
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  process.stdout.write(`${problems.length === 0 ? 'ok  ' : 'BAD '} ${check.name} (${seconds} s)\n`);
  for (const problem of problems.slice(0, 60)) process.stdout.write(`     ${problem}\n`);
  failed += problems.length === 0 ? 0 : 1;
}
process.exitCode = failed === 0 ? 0 : 1;

import { readFile } from 'node:fs/promises';
import { projectFiles } from './project-files.js';

/** A pattern that may not occur, and where. */
interface Rule {
  readonly pattern: RegExp;
  readonly message: string;
  appliesTo(file: string): boolean;
}

const inSource = (file: string): boolean => file.startsWith('src/');

const RULES: readonly Rule[] = [
  { pattern: /\bthrow new Error\(/, message: 'throw a QuarryError with a code and a hint', appliesTo: inSource },
  {
    pattern: /\bprocess\.exit\(/,
    message: 'only src/main.ts ends the process (and child processes their own)',
    appliesTo: (file) => inSource(file) && file !== 'src/main.ts' && !file.endsWith('-child.ts'),
  },
  {
    pattern: /\bprocess\.env\b/,
    message: 'only src/config reads the environment',
    appliesTo: (file) =>
      inSource(file) && !file.startsWith('src/config/') && file !== 'src/main.ts' && file !== 'src/store/engine.ts',
  },
  {
    pattern: /\bMath\.random\(|\bDate\.now\(|\bnew Date\(\)/,
    message: 'core has no clock and no unseeded randomness',
    appliesTo: (file) => file.startsWith('src/core/'),
  },
  {
    pattern: /\bmkdir(?:Sync)?\(/,
    message: 'makeFolder in src/files makes folders: the recursive form of Node never ends under /proc',
    appliesTo: (file) => inSource(file) && !file.startsWith('src/files/'),
  },
  {
    pattern: /\bjest\.(?:unstable_)?mock(?:Module)?\(/,
    message: 'module mocking is banned',
    appliesTo: (file) => file.startsWith('test/'),
  },
  {
    pattern: /\b(?:test|it|describe)\.(?:only|skip)\(/,
    message: 'no test is skipped or singled out',
    appliesTo: (file) => file.startsWith('test/'),
  },
  { pattern: /\b(?:TODO|FIXME):/, message: 'finish it, or write it down elsewhere', appliesTo: () => true },
];

const MAX_LINES = 400;
/** How files begin that nobody writes by hand. */
const GENERATED = '// Made by `npm run reference`';

/** Rules of the house that no linter has: one line for each breach. */
export async function checkHouseRules(): Promise<string[]> {
  const files = [...(await projectFiles('src', '.ts')), ...(await projectFiles('test', '.ts'))];
  const problems: string[] = [];
  for (const file of files) {
    const lines = (await readFile(file, 'utf8')).split('\n');
    if (inSource(file) && lines.length > MAX_LINES && !lines[0]?.startsWith(GENERATED))
      problems.push(`${file}: ${lines.length} lines, at most ${MAX_LINES}`);
    const rules = RULES.filter((rule) => rule.appliesTo(file));
    lines.forEach((line, i) => {
      for (const rule of rules) if (rule.pattern.test(line)) problems.push(`${file}:${i + 1}: ${rule.message}`);
    });
  }
  return problems;
}

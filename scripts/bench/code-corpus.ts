import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { projectFiles } from '../project-files.js';
import { makePage, readParagraphs, seededNumbers } from './corpus.js';

/** Every so many files of a repository are documentation. */
const PAGE_EVERY = 10;
const LEAST_DECLARATIONS = 4;
const MORE_DECLARATIONS = 9;

/** Top-level declarations of the project's own sources, each with the comment above it. */
async function readDeclarations(): Promise<string[]> {
  const files = await projectFiles('src', '.ts');
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  return texts
    .flatMap((text) => text.split(/\n\n(?=\/\*\*|export |function |async |const |class |interface )/))
    .filter((part) => part.length > 80 && !part.startsWith('import'));
}

/** One module: a comment, imports, and declarations whose exported names end in its number. */
function makeModule(declarations: readonly string[], n: number): string {
  const next = seededNumbers(n + 1);
  const pick = (): string => declarations[Math.floor(next() * declarations.length)] ?? '';
  const body = Array.from({ length: LEAST_DECLARATIONS + Math.floor(next() * MORE_DECLARATIONS) }, pick)
    .join('\n\n')
    .replace(/^(export (?:async )?(?:function|const|class|interface|type) \w+)/gm, `$1${n}`);
  return `import { part${n + 1} } from './module-${n + 1}.js';\n\n/** Part ${n} of the whole. */\nexport const part${n} = part${n + 1};\n\n${body}\n`;
}

/** Writes a code repository: TypeScript modules in nested folders, every tenth file a page of documentation. */
export async function writeRepository(folder: string, count: number): Promise<void> {
  const declarations = await readDeclarations();
  const paragraphs = await readParagraphs();
  for (let n = 0; n < count; n++) {
    const isPage = n % PAGE_EVERY === 0;
    const path = join(folder, `package-${n % 25}`, isPage ? `docs/page-${n}.md` : `src/module-${n}.ts`);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, isPage ? makePage(paragraphs, n) : makeModule(declarations, n));
  }
}

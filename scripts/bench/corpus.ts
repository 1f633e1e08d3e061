import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { projectFiles } from '../project-files.js';

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
export function seededNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Paragraphs of the suites' documents: real sentences to build pages of any number from. */
export async function readParagraphs(): Promise<string[]> {
  const files = (await projectFiles('eval', '.md')).filter((file) => file.includes('/documents/'));
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  return texts
    .flatMap((text) => text.split(/\n{2,}/))
    .filter((part) => part.length > 80 && !part.startsWith('#') && !part.startsWith('```'));
}

/** One page: a title, four sections of two to four paragraphs, each page different. */
export function makePage(paragraphs: readonly string[], n: number): string {
  const next = seededNumbers(n + 1);
  const pick = (): string => paragraphs[Math.floor(next() * paragraphs.length)] ?? '';
  const sections = Array.from({ length: 4 }, (_, i) => {
    const body = Array.from({ length: 2 + Math.floor(next() * 3) }, pick).join('\n\n');
    return `## Section ${n}.${i}\n\n${body}`;
  });
  return `# Page number ${n}\n\n${sections.join('\n\n')}\n`;
}

/** Where {@link writePages} puts a page. */
export function pagePath(folder: string, n: number): string {
  return join(folder, `part-${n % 20}`, `page-${n}.md`);
}

/** Writes `count` pages into nested folders. */
export async function writePages(folder: string, count: number): Promise<void> {
  const paragraphs = await readParagraphs();
  for (let n = 0; n < count; n++) {
    const path = pagePath(folder, n);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, makePage(paragraphs, n));
  }
}

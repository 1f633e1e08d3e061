import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { projectFiles } from './project-files.js';

const LINK = /\[[^\]]*\]\(([^)\s]+)\)/g;

/** The anchor that a heading gets on GitHub. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
}

async function anchorsOf(file: string): Promise<Set<string>> {
  const text = await readFile(file, 'utf8');
  return new Set([...text.matchAll(/^#{1,6}\s+(.+)$/gm)].map((match) => anchorOf(match[1] ?? '')));
}

async function checkLink(file: string, target: string): Promise<string | undefined> {
  if (/^[a-z]+:/i.test(target)) return undefined;
  const [path = '', anchor] = target.split('#');
  const resolved = path === '' ? file : join(dirname(file), path);
  if (!existsSync(resolved)) return `${file}: no such file: ${target}`;
  if (anchor === undefined || !resolved.endsWith('.md')) return undefined;
  return (await anchorsOf(resolved)).has(anchor) ? undefined : `${file}: no such heading: ${target}`;
}

/** Links of the documents to files and headings that do not exist. Suites' documents are test data and left out. */
export async function checkLinks(): Promise<string[]> {
  const files = (await projectFiles('.', '.md')).filter(
    (file) => !/^eval\/[^/]+\/documents\//.test(file) && !file.startsWith('test/'),
  );
  const problems: string[] = [];
  for (const file of files) {
    const text = (await readFile(file, 'utf8')).replace(/```[\s\S]*?```/g, '');
    for (const match of text.matchAll(LINK)) {
      const problem = await checkLink(file, match[1] ?? '');
      if (problem !== undefined) problems.push(problem);
    }
  }
  return problems;
}

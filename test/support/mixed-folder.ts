import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** What a made folder holds. */
export interface MixedFolder {
  /** Files that must become documents. */
  readonly documents: number;
  /** Files that must be skipped, by reason. */
  readonly skipped: Readonly<Record<string, number>>;
}

const TOPICS = ['cache', 'queue', 'index', 'token', 'socket', 'schema', 'thread', 'cursor', 'ledger', 'router'];

/** Text that is different for every number, and readable. */
export function pageText(n: number): string {
  const topic = TOPICS[n % TOPICS.length] ?? 'thing';
  return [
    `# Page ${n} about the ${topic}`,
    '',
    `The ${topic} of part ${n} keeps its state in segment ${n * 7}. When the ${topic} fails, code E${1000 + n} is written.`,
    '',
    '## Repair',
    '',
    `To repair part ${n}, stop the ${topic}, clear segment ${n * 7}, and start again.`,
    '',
  ].join('\n');
}

const MAKERS: readonly ((n: number) => readonly [name: string, body: string | Buffer])[] = [
  (n) => [`page-${n}.md`, pageText(n)],
  (n) => [`plain-${n}.txt`, `Note ${n}.\n\nThe ${TOPICS[n % 10]} number ${n} is explained here in plain words.\n`],
  (n) => [
    `module-${n}.ts`,
    `/** Adds ${n}. */\nexport function addNumber${n}(value: number): number {\n  return value + ${n};\n}\n`,
  ],
  (n) => [`script-${n}.py`, `def multiply_by_${n}(value):\n    """Multiplies by ${n}."""\n    return value * ${n}\n`],
  (n) => [
    `page-${n}.html`,
    `<html><head><title>Web ${n}</title></head><body><main><h1>Web ${n}</h1><p>Paragraph of page ${n} about the ${TOPICS[n % 10]} and more words that make it a real text.</p></main></body></html>`,
  ],
  (n) => [`data-${n}.json`, JSON.stringify({ number: n, topic: TOPICS[n % 10], note: `record ${n}` }, null, 2)],
  (n) => [`table-${n}.csv`, `name,value\n${TOPICS[n % 10]},${n}\n`],
  (n) => [`config-${n}.yaml`, `name: part-${n}\ntopic: ${TOPICS[n % 10]}\n`],
  (n) => [
    `latin-${n}.txt`,
    Buffer.from(`Caf\u00e9 num\u00e9ro ${n}: d\u00e9j\u00e0 vu, r\u00e9sum\u00e9, na\u00efve fa\u00e7ade.\n`, 'latin1'),
  ],
  (n) => [
    `wide-${n}.txt`,
    Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(`Wide text number ${n} in two bytes.\n`, 'utf16le')]),
  ],
];

/** Writes `count` readable files of ten kinds in nested folders, and a few that must be skipped. */
export async function writeMixedFolder(root: string, count: number): Promise<MixedFolder> {
  for (let n = 0; n < count; n++) {
    const make = MAKERS[n % MAKERS.length];
    if (make === undefined) continue;
    const [name, body] = make(n);
    await put(join(root, `group-${n % 7}`, `sub-${n % 3}`, name), body);
  }
  await put(join(root, '.gitignore'), 'ignored/\n*.tmp\n');
  await put(join(root, 'ignored', 'secret.md'), '# never');
  await put(join(root, 'scratch.tmp'), 'never');
  await put(join(root, '.hidden', 'hidden.md'), '# never');
  await put(join(root, 'image.png'), Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 1, 2, 3]));
  await put(join(root, 'huge.txt'), 'x'.repeat(6 * 1024 * 1024));
  await put(join(root, 'empty.md'), '');
  await symlink('/etc', join(root, 'outside'));
  return { documents: count, skipped: { 'too-large': 1, empty: 1 } };
}

async function put(path: string, body: string | Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, body);
}

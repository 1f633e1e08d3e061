import type { Draw } from './draw.js';
import type { Kind } from './kinds.js';

/** Files and folders that are called by names which their texts do not hold. */
export function fileKinds(draw: Draw): Kind[] {
  const files = [
    'notes/citation-gap-audit.md',
    'notes/gap-citation-audit.md',
    'notes/2031-08-06 Standup.md',
    'notes/2031-06-08 Standup.md',
    'notes/roof_plan_b.md',
    'notes/roof-plan-b-old.md',
    'deploy/blue-green.yaml',
    'deploy/green-blue.yaml',
    'tools/reindex_all.py',
    'tools/all_reindex.py',
  ];
  const folders = ['payments', 'parcels', 'permits', 'pensions', 'postcards', 'passports'];
  const isMarkdown = (path: string): boolean => path.endsWith('.md');
  return [
    {
      kind: 'file-name',
      asked: 6,
      ask: (path) => {
        const name = path.slice(path.lastIndexOf('/') + 1);
        return [name, name.replace(/\.[a-z]+$/, ''), `where is ${name}`];
      },
      named: draw.shuffled(files).map((path) => ({
        name: path,
        document: {
          path,
          title: isMarkdown(path) ? 'Findings' : path.slice(path.lastIndexOf('/') + 1),
          text: isMarkdown(path)
            ? `# Findings\n\n${draw.sentences(3)}\n`
            : `# ${draw.sentence()}\nsteps: ${draw.below(9) + 1}\n`,
        },
      })),
    },
    {
      kind: 'folder-readme',
      asked: 4,
      ask: (folder) => [`${folder} README`, `services/${folder}/README.md`, `readme of ${folder}`],
      named: draw.shuffled(folders).map((folder) => ({
        name: folder,
        document: {
          path: `services/${folder}/README.md`,
          title: 'Overview',
          text: `# Overview\n\n${draw.sentences(3)}\n`,
        },
      })),
    },
  ];
}

/** Packages with versions, UUIDs, and paths of Windows. */
export function recordKinds(draw: Draw): Kind[] {
  const packages = ['left-pad', 'right-pad'].flatMap((name) =>
    ['7.1.10', '7.10.1', '10.7.1', '7.1.1'].map((version) => `${name}@${version}`),
  );
  const uuid = (): string => [draw.hex(8), draw.hex(4), `4${draw.hex(3)}`, `a${draw.hex(3)}`, draw.hex(12)].join('-');
  const paths = ['agent', 'relay', 'vault'].flatMap((name) => [
    `C:\\ProgramData\\Fabled\\${name}.ini`,
    `D:\\Fabled\\ProgramData\\${name}.ini`,
  ]);
  const records = (kind: string, names: readonly string[], about: { asked: number; ask: Kind['ask'] }): Kind => ({
    kind,
    ...about,
    named: names.map((name) => ({
      name,
      document: {
        path: draw.fresh(() => `records/${draw.place()}-${draw.below(900) + 100}.md`),
        title: 'Record',
        text: `# Record\n\n${draw.sentence()} It names \`${name}\`. ${draw.sentence()}\n`,
      },
    })),
  });
  return [
    records('package-version', draw.shuffled(packages), {
      asked: 5,
      ask: (name) => [name, `why is ${name} pinned`, `where is ${name} set`],
    }),
    records('uuid', [uuid(), uuid(), uuid(), uuid(), uuid()], {
      asked: 3,
      ask: (name) => [name, `who is ${name}`, name.toUpperCase()],
    }),
    records('windows-path', draw.shuffled(paths), {
      asked: 3,
      ask: (name) => [name, `what is in ${name}`, `where is ${name} set`],
    }),
  ];
}

import { listOperation } from '../src/edges/cli/list-operation.js';
import type { Operation } from '../src/operations/define.js';
import { operations } from '../src/operations/index.js';
import { projectFiles } from './project-files.js';

const HEAD = `// Made by \`npm run reference\` from the registry; do not edit.
import type { ListedOperation } from './listed-operation.js';

/** The registry without what it holds: the same operations in the same order, each to be loaded when it is asked for. */
export const catalogue: readonly ListedOperation[] = [`;

/** The text of src/operations/catalogue.ts, in the form that the formatter gives it. */
export async function cataloguePage(): Promise<string> {
  const files = await projectFiles('src/operations', '.ts');
  return `${[HEAD, ...operations.map((operation) => entry(operation, files)), '];'].join('\n')}\n`;
}

/** An operation `note_create` stands in `note-create.ts` and is called `noteCreate` there. */
function entry(operation: Operation, files: readonly string[]): string {
  const { name, summary, toolset, command, words, alsoAs } = listOperation(operation);
  const file = files.find((path) => path.endsWith(`/${name.replaceAll('_', '-')}.ts`));
  if (file === undefined) throw new RangeError(`No file in src/operations is named after ${name}.`);
  const module = file.replace('src/operations/', './').replace(/\.ts$/, '.js');
  const exported = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return [
    '  {',
    `    name: ${quoted(name)},`,
    `    summary: ${quoted(summary)},`,
    `    toolset: ${quoted(toolset)},`,
    `    command: [${command.map(quoted).join(', ')}],`,
    `    words: [${words.map(quoted).join(', ')}],`,
    ...(alsoAs === undefined ? [] : [`    alsoAs: ${quoted(alsoAs)},`]),
    `    load: async () => (await import(${quoted(module)})).${exported},`,
    '  },',
  ].join('\n');
}

function quoted(text: string): string {
  return text.includes("'") ? JSON.stringify(text) : `'${text.replaceAll('\\', '\\\\')}'`;
}

import { z } from 'zod';
import { fence } from './html-code.js';
import { LossCounter } from './loss-counter.js';

const MAX_OUTPUT_CHARACTERS = 1000;
const MAX_OUTPUT_LINES = 20;
/** Longer HTML is a report or a widget of its own. */
const MAX_HTML_CHARACTERS = 200_000;

const text = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (typeof value === 'string' ? value : value.join('')));
const output = z.looseObject({
  output_type: z.string().optional(),
  text: text.optional(),
  data: z.record(z.string(), z.unknown()).optional(),
  ename: z.string().optional(),
  evalue: z.string().optional(),
});

/** Names of what is shown in format 3, which has no `data`. */
const OLD_NAMES: readonly (readonly [string, string])[] = [
  ['text', 'text/plain'],
  ['html', 'text/html'],
  ['latex', 'text/latex'],
  ['markdown', 'text/markdown'],
  ['png', 'image/png'],
  ['jpeg', 'image/jpeg'],
  ['svg', 'image/svg+xml'],
];

type Shown = { readonly isPlain: boolean; readonly text: string };

/** Writes the outputs of a notebook's code cells, and counts what cannot be written. */
export class NotebookOutputs {
  readonly losses = new LossCounter();

  /** @param uri address that links in HTML outputs are resolved against */
  constructor(private readonly uri: string) {}

  /** Markdown blocks of a cell's outputs in their order: printed text in fences, formatted text as it is. */
  async blocksOf(outputs: readonly unknown[]): Promise<string[]> {
    const blocks: string[] = [];
    let printed: string[] = [];
    const flush = (): void => {
      if (printed.length > 0) blocks.push(fence(trimOutput(printed.join('\n')), 'text'));
      printed = [];
    };
    for (const item of outputs) {
      const shown = await this.read(item);
      if (shown === undefined || shown.text === '') continue;
      if (shown.isPlain) printed.push(shown.text);
      else {
        flush();
        blocks.push(trimOutput(shown.text));
      }
    }
    flush();
    return blocks;
  }

  private async read(item: unknown): Promise<Shown | undefined> {
    const parsed = output.safeParse(item);
    if (!parsed.success) return undefined;
    const { output_type: kind, ename, evalue } = parsed.data;
    if (kind === 'error' || kind === 'pyerr') return plain(`${ename ?? 'Error'}: ${evalue ?? ''}`);
    if (kind === 'stream') return plain(parsed.data.text ?? '');
    return await this.readData(dataOf(parsed.data));
  }

  /** The form of a result that reads best; pictures and widgets without words are counted. */
  private async readData(data: ReadonlyMap<string, string>): Promise<Shown | undefined> {
    const types = [...data.keys()];
    if (types.some((type) => type.startsWith('image/'))) this.losses.add('image');
    if (types.some((type) => /widget-view|\+json$|javascript/.test(type))) this.losses.add('script');
    const printed = data.get('text/plain');
    if (printed !== undefined) return plain(printed);
    const markdown = data.get('text/markdown');
    if (markdown !== undefined) return { isPlain: false, text: trimBlankEnds(markdown) };
    const html = data.get('text/html');
    if (html !== undefined) return { isPlain: false, text: await this.readHtml(html) };
    const latex = data.get('text/latex');
    if (latex !== undefined) return { isPlain: false, text: formula(latex) };
    const json = data.get('application/json');
    return json === undefined ? undefined : plain(json);
  }

  private async readHtml(html: string): Promise<string> {
    if (html.length > MAX_HTML_CHARACTERS) {
      this.losses.add('other');
      return '';
    }
    // The browser's document model is large, and most notebooks need none.
    const { fragmentToMarkdown } = await import('./html.js');
    return fragmentToMarkdown(html, this.uri).trim();
  }
}

function dataOf(found: z.infer<typeof output>): ReadonlyMap<string, string> {
  const data = new Map<string, string>();
  const add = (type: string, value: unknown): void => {
    const read = text.safeParse(value);
    if (read.success) data.set(type, read.data);
    else if (value !== undefined) data.set(type, JSON.stringify(value));
  };
  for (const [type, value] of Object.entries(found.data ?? {})) add(type, value);
  if (found.data === undefined) for (const [name, type] of OLD_NAMES) add(type, found[name]);
  return data;
}

function plain(value: string): Shown {
  return { isPlain: true, text: trimBlankEnds(withoutColours(value)) };
}

/** Empty lines at both ends go; the first line keeps its indentation, which columns below may need. */
function trimBlankEnds(value: string): string {
  return value.replace(/^(?:[ \t]*\r?\n)+/, '').trimEnd();
}

function formula(latex: string): string {
  const body = latex.trim();
  return /^(?:\$|\\\[|\\\(|\\begin)/.test(body) ? body : `$$${body}$$`;
}

function withoutColours(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours begin with the escape character
  return value.replace(/\u001b\[[0-9;]*[A-Za-z]/g, '');
}

function trimOutput(value: string): string {
  const lines = value.split('\n');
  const kept = lines.slice(0, MAX_OUTPUT_LINES).join('\n').slice(0, MAX_OUTPUT_CHARACTERS);
  return kept.length < value.length ? `${kept}\n...` : kept;
}

import type { StoredText } from './ingested.js';
import { type Measured, mean } from './measured.js';
import { firstProgram, printed } from './tool.js';
import { plainLine, recall, wordsOf } from './words.js';

/** A light markup with its reference tool, which makes text or HTML of a file. */
export interface Markup {
  readonly format: string;
  readonly target: number;
  /** The tool's text of a file; undefined when it is not there or cannot read it. */
  read(file: string): Promise<string | undefined>;
}

/** Manual pages, AsciiDoc and reStructuredText, with `man`, asciidoctor and docutils. */
export const MARKUPS: readonly Markup[] = [
  {
    format: 'man',
    target: 0.99,
    read: async (file) => {
      const text = await printed('man', ['--no-hyphenation', '--no-justification', '-Tutf8', '-l', file], {
        MANWIDTH: '200',
        MAN_KEEP_FORMATTING: '',
      });
      // The first and last line are the running head and foot.
      return text
        ?.split('\n')
        .filter((line) => line.trim() !== '')
        .slice(1, -1)
        .join('\n');
    },
  },
  {
    format: 'asciidoc',
    target: 0.99,
    read: async (file) =>
      textOfHtml(await printed('asciidoctor', ['-q', '-a', 'showtitle', '-e', '-o', '-', '-S', 'secure', file])),
  },
  {
    format: 'rst',
    target: 0.99,
    read: async (file) => {
      const program = await firstProgram(['rst2html5', 'rst2html', 'rst2html.py'], ['--version']);
      if (program === undefined) return undefined;
      return textOfHtml(
        await printed(program, ['-q', '--report=5', '--halt=5', '--no-raw', '--no-file-insertion', file]),
      );
    },
  },
];

/** Compares stored files with what the markup's own tool makes of them; undefined without it. */
export async function measureMarkup(
  { format, target, read }: Markup,
  files: readonly string[],
  stored: ReadonlyMap<string, StoredText>,
): Promise<Measured | undefined> {
  const pages: { readonly file: string; readonly kept: number }[] = [];
  for (const file of files) {
    const reference = await read(file);
    const document = stored.get(file);
    if (reference === undefined || document === undefined) continue;
    const words = wordsOf(`${document.title}\n${document.text.split('\n').map(plainLine).join('\n')}`);
    pages.push({ file, kept: recall(wordsOf(reference), words) });
  }
  if (pages.length === 0) return undefined;
  const worst = [...pages].sort((a, b) => a.kept - b.kept).slice(0, 8);
  return {
    format,
    set: 'files',
    documents: pages.length,
    figures: [{ name: 'words kept', value: mean(pages.map(({ kept }) => kept)), target }],
    worst: worst.map(({ file, kept }) => `${kept.toFixed(4)} ${file}`),
  };
}

/** Words of HTML that a tool made, which is well-formed: what stands in its body, without tags. */
function textOfHtml(html: string | undefined): string | undefined {
  return html
    ?.replace(/<(style|script|head)\b[\s\S]*?<\/\1>/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&nbsp;/g, ' ')
    .replace(/&#(x?)([0-9a-f]+);/gi, (_all, hex: string, digits: string) =>
      String.fromCodePoint(Number.parseInt(digits, hex === '' ? 10 : 16)),
    )
    .replace(/&amp;/g, '&');
}

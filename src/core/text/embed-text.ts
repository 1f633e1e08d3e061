/** What is known of a chunk when its embedded text is made. */
export interface EmbedTextParts {
  readonly title: string;
  /** Headings or enclosing symbols, outermost first. */
  readonly headingPath: readonly string[];
  /** The chunk's own text. */
  readonly text: string;
}

/** Version of the rules in this file; a change means that stored vectors are stale. */
export const EMBED_TEXT_VERSION = 1;

/**
 * What is embedded for a chunk: the title, the heading path, then the text, each on a line of its own. Whatever the
 * text itself begins with is not said twice. The model's own document prefix is added by the embedder.
 */
export function embedTextOf(parts: EmbedTextParts): string {
  const opening = fold(firstLine(parts.text));
  const context = contextLines(parts);
  while (context.length > 0 && opening !== '' && fold(context.at(-1) ?? '') === opening) context.pop();
  const [title, ...path] = context;
  const lines = title === undefined ? [] : [title, ...(path.length > 0 ? [path.join(' > ')] : [])];
  return [...lines, parts.text].join('\n');
}

/** Title and headings, each at most 500 characters, blank ones and immediate repetitions left out. */
export function contextLines({ title, headingPath }: Omit<EmbedTextParts, 'text'>): string[] {
  const lines: string[] = [];
  for (const entry of [title, ...headingPath]) {
    const line = entry.slice(0, LONGEST_HEADING).replace(/\s+/g, ' ').trim();
    if (line !== '' && fold(line) !== fold(lines.at(-1) ?? '')) lines.push(line);
  }
  return lines;
}

function firstLine(text: string): string {
  const end = text.indexOf('\n');
  return (end === -1 ? text : text.slice(0, end)).slice(0, LONGEST_HEADING);
}

const LONGEST_HEADING = 500;

/** Without the marks that make a line a heading, and without case. */
function fold(line: string): string {
  return line
    .replace(/^[#\s]+|[#\s]+$/g, '')
    .replace(/[`*]/g, '')
    .toLowerCase();
}

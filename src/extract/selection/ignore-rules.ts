import ignore, { type Ignore } from 'ignore';

/** Our own file of ignore rules. */
export const OWN_IGNORE_FILE = '.quarryignore';

/** Names of the files that hold ignore rules, weakest first. */
export const IGNORE_FILE_NAMES = ['.gitignore', OWN_IGNORE_FILE] as const;

/**
 * The rules of all ignore files from the root down to one directory, with git's meaning: the last matching rule wins,
 * rules of deeper files come later, and nothing under an ignored directory can be brought back. Immutable.
 */
export class IgnoreRules {
  /** No rules at all. */
  static readonly none = new IgnoreRules(undefined);

  private constructor(private readonly matcher: Ignore | undefined) {}

  /**
   * These rules with those of an ignore file added.
   * @param directory path of the file's directory from the root, `/` between names, empty for the root itself
   */
  with(directory: string, content: string): IgnoreRules {
    const patterns = content
      .replace(/^\ufeff/, '')
      .split(/\r?\n/)
      .flatMap((line) => rebase(line, directory));
    if (patterns.length === 0) return this;
    const matcher = ignore({ ignorecase: false, allowRelativePaths: true });
    if (this.matcher !== undefined) matcher.add(this.matcher);
    return new IgnoreRules(matcher.add(patterns));
  }

  /** What the rules say of a path from the root: `ignored`, `kept` by a negative rule, or nothing. */
  verdict(path: string, isDirectory: boolean): 'ignored' | 'kept' | undefined {
    const result = this.matcher?.test(isDirectory ? `${path}/` : path);
    if (result?.ignored === true) return 'ignored';
    return result?.unignored === true ? 'kept' : undefined;
  }
}

/** One line of an ignore file as a pattern from the root. */
function rebase(line: string, directory: string): string[] {
  const trimmed = line.replace(/(?<!\\)[ \t]+$/, '');
  if (trimmed === '' || trimmed.startsWith('#')) return [];
  if (directory === '') return [trimmed];
  const isNegative = trimmed.startsWith('!');
  const pattern = isNegative ? trimmed.slice(1) : trimmed;
  if (pattern === '' || pattern === '/') return [];
  const isAnchored = pattern.slice(0, -1).includes('/');
  const base = `/${directory.replace(/[\\*?[\]!# ]/g, '\\$&')}/`;
  const body = isAnchored ? pattern.replace(/^\//, '') : `**/${pattern}`;
  return [`${isNegative ? '!' : ''}${base}${body}`];
}

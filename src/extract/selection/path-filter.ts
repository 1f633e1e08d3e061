import picomatch from 'picomatch';
import { QuarryError } from '../../core/errors.js';

/** Which paths of a source are wanted. Patterns are globs on the path from the root, `/` between names. */
export interface PathPatterns {
  /** Only paths that match one of these; everything when empty. */
  readonly include: readonly string[];
  /** Never paths that match one of these. */
  readonly exclude: readonly string[];
  /** The glob that the target itself was; matches whole paths only. Empty for none. */
  readonly glob?: string | undefined;
}

/** Answers whether paths are wanted. */
export interface PathFilter {
  /** Why a file is not wanted; undefined when it is. */
  reject(path: string): 'ignored' | 'out-of-scope' | undefined;
  /** Whether a whole folder is excluded. */
  rejectsFolder(path: string): boolean;
}

const MAX_PATTERN_CHARACTERS = 1000;
const MAX_WILDCARDS = 4;

/**
 * Compiles include and exclude patterns. A pattern without `/` matches names at any depth; one that names a folder
 * matches everything in it.
 * @throws QuarryError INPUT_INVALID for a pattern that cannot be a glob
 */
export function createPathFilter(patterns: PathPatterns): PathFilter {
  const include = patterns.include.map(compile);
  const exclude = patterns.exclude.map(compile);
  const glob = patterns.glob === undefined || patterns.glob === '' ? undefined : matcherOf(patterns.glob);
  const isExcluded = (path: string): boolean => exclude.some((matches) => matches(path));
  return {
    reject(path) {
      if (isExcluded(path)) return 'ignored';
      if (glob !== undefined && !glob(path)) return 'out-of-scope';
      return include.length === 0 || include.some((matches) => matches(path)) ? undefined : 'out-of-scope';
    },
    rejectsFolder: (path) => isExcluded(path) || isExcluded(`${path}/`),
  };
}

function compile(pattern: string): (path: string) => boolean {
  const clean = pattern.replace(/^\.?\//, '').replace(/\/+$/, '');
  const isAnchored = clean.includes('/') || /^\.?\//.test(pattern);
  const base = isAnchored ? clean : `**/${clean}`;
  const matchers = [matcherOf(base), matcherOf(`${base}/**`)];
  return (path) => matchers.some((matches) => matches(path));
}

function matcherOf(pattern: string): (path: string) => boolean {
  if (pattern.length > MAX_PATTERN_CHARACTERS || pattern.includes('\0') || isExplosive(pattern))
    throw badPattern(pattern);
  try {
    return picomatch(pattern, { dot: true, nonegate: true, noextglob: true, strictBrackets: false });
  } catch (error) {
    throw badPattern(pattern, error);
  }
}

/** Matching takes time that grows with the power of the wildcards in a name, and of the `**` in a path. */
function isExplosive(pattern: string): boolean {
  const parts = pattern.split('/');
  const wildcards = (part: string): number => part.match(/\*+/g)?.length ?? 0;
  return (
    parts.some((part) => wildcards(part) > MAX_WILDCARDS) ||
    wildcards(parts.filter((part) => part.includes('**')).join('/')) > MAX_WILDCARDS
  );
}

function badPattern(pattern: string, cause?: unknown): QuarryError {
  return new QuarryError('INPUT_INVALID', `"${pattern.slice(0, 80)}" is not a usable path pattern.`, {
    hint: 'Use globs such as "docs/**", "*.md" or "src/**/*.{ts,tsx}": at most 1,000 characters, and four "*" in a name.',
    cause,
  });
}

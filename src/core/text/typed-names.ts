/** Folders of a typed address that are compared, with the file: as many as documents are known by. */
const KEPT_PARTS = 5;

/** `readme of payments`: the file and its folder, the other way round. */
const FILE_OF_FOLDER = /^(\S+)\s+(?:of|in|for|from|under)\s+(?:the\s+)?(\S+)(?:\s+(?:folder|directory|dir))?$/iu;
/** `payments folder README`. */
const FOLDER_FILE = /^(?:the\s+)?(\S+)\s+(?:folder|directory|dir)\s+(\S+)$/iu;
/** `the Blue Book`, `the index page`. */
const ARTICLE = /^the\s+(.+?)(?:\s+(?:file|page|document|folder|directory))?$/iu;

/** What a whole query may name: itself, and what is left of it without the words around a name. */
export function wholeNames(text: string): string[] {
  const names = [text, pathIn(text)];
  const [, file, folder] = FILE_OF_FOLDER.exec(text) ?? [];
  if (file !== undefined && folder !== undefined) names.push(`${folder}/${file}`);
  const [, before, behind] = FOLDER_FILE.exec(text) ?? [];
  if (before !== undefined && behind !== undefined) names.push(`${before}/${behind}`);
  const [, called] = ARTICLE.exec(text) ?? [];
  if (called !== undefined) names.push(called);
  return [...new Set(names)].filter((name) => name !== '');
}

/** Words of a query that are written like names of files and folders, and words before an ending that may belong to it. */
export function innerNames(text: string): string[] {
  return [...new Set([...signedWords(text), ...spacedNames(text)])].slice(0, MAX_INNER_NAMES);
}

const MAX_INNER_NAMES = 12;

function signedWords(text: string): string[] {
  return text
    .split(/[\s"'`()[\]{},;]+/)
    .filter((word) => /[\p{L}\p{N}][._/\\-][\p{L}\p{N}]/u.test(word) && word !== text)
    .flatMap((word) => [word, pathIn(word)]);
}

/** `2026-08-06 Standup.md` in a sentence: the word with the ending, and up to three words before it. */
function spacedNames(text: string): string[] {
  const words = text.split(/\s+/).filter((word) => word !== '');
  return words.flatMap((word, at) =>
    /[\p{L}\p{N}]\.[a-z][a-z0-9]{0,5}$/iu.test(word)
      ? [1, 2, 3].filter((before) => before <= at).map((before) => words.slice(at - before, at + 1).join(' '))
      : [],
  );
}

/**
 * The end of the path in an address: without scheme and host, or repository and branch, without line (`:12`, `#L12`) and
 * query, without percent-encoding and backslashes. What is no address or path comes back as it is.
 */
function pathIn(typed: string): string {
  if (!/[/\\]|\.[a-z][a-z0-9]{0,7}(?:[:#?]|$)/i.test(typed)) return typed;
  const path = typed
    .replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '')
    .replace(/^[\w.-]+\/[\w.-]+@[^:\s]+:/, '')
    .replace(/[?#].*$/s, '')
    .replace(/(?::\d+){1,2}(?:-\d+)?:?$/, '');
  const parts = decoded(path).split(/[/\\]+/);
  return parts
    .filter((part) => part !== '' && part !== '.' && part !== '..' && part !== '~')
    .slice(-KEPT_PARTS)
    .join('/');
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // A per cent sign of its own.
  }
}

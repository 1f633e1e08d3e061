/** From this share of its letters on, a passage of several links is a list of links and no text. */
const MAX_LINKED = 0.6;
const MIN_LINKS = 3;

/**
 * What a reader learns from a Markdown passage: images, comments, tags, link targets, bare addresses and definitions of
 * links are gone. Empty when what is left is a list of links, such as a table of contents.
 */
export function visibleText(markdown: string): string {
  const bare = markdown
    .replace(/<!--[\s\S]*?(?:-->|$)/g, ' ')
    .replace(/!\[[^\][]*\](?:\([^)]{0,2000}\)|\[[^\]]*\])?/g, ' ')
    .replace(/^[ \t]{0,3}\[[^\]\n]+\]:[ \t]*\S.*$/gm, ' ')
    .replace(/<\/?[a-z][^<>]*>/gi, ' ');
  let links = 0;
  let linked = 0;
  const shown = bare.replace(/\[([^\][]*)\](?:\([^)]{0,2000}\)|\[[^\]]*\])/g, (_link, text: string) => {
    links++;
    linked += lettersOf(text);
    return text;
  });
  if (links >= MIN_LINKS && linked > MAX_LINKED * lettersOf(shown)) return '';
  return shown
    .replace(/\bhttps?:\/\/[^\s<>()]+/gi, ' ')
    .replace(/[\s#>*|~=-]+/g, ' ')
    .trim();
}

function lettersOf(text: string): number {
  return text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
}

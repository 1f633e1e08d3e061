const LONGEST_HEADING = 200;

/**
 * What a heading says, without its marks: `## [The **API**](x.md) {#api}` -> `The API`. `raw` is the heading's source, ATX,
 * setext or HTML. At most 200 code units, no colon at its end; may be empty.
 */
export function headingText(raw: string): string {
  return raw
    .slice(0, LONGEST_HEADING * 8)
    .replace(/\n[ \t]*(?:=+|-+)[ \t]*$/, '')
    .replace(/^[ \t]*#{1,6}(?=\s|$)/, '')
    .replace(/[ \t]{1,80}#{1,80}[ \t]*$/, '')
    .replace(/<!--.{0,400}?-->/gs, '')
    .replace(/<\/?[a-z][^<>]{0,400}>/gi, '')
    .replace(/!?\[([^[\]]{0,400})\](?:\([^()\s]{0,600}(?:\s[^()]{0,200})?\)|\[[^[\]]{0,200}\])?/g, '$1')
    .replace(/\{[#.:][^{}]{0,200}\}[ \t]*$/, '')
    .replace(/(\*\*|__|~~)(?=\S)([^*_~]{1,400})\1/g, '$2')
    .replace(/(?<![\w*])\*(?=\S)([^*]{1,400})\*(?![\w*])/g, '$1')
    .replace(/`+([^`]{1,400})`+/g, '$1')
    .replace(/\\([!-/:-@[-`{-~])/g, '$1')
    .replace(/&(amp|lt|gt|quot|nbsp|#39);/g, (_, name: string) => ENTITIES[name] ?? ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, LONGEST_HEADING)
    .replace(/[\s:\uff1a]+$/u, '');
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ', '#39': "'" };

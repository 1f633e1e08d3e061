/** Longest sentence that is given, in code units. */
const LONGEST = 200;

/** The first sentence of a comment or documentation string, its signs left out; empty when it says nothing. */
export function firstSentence(comment: string): string {
  const text = comment
    .slice(0, LONGEST * 8)
    .split('\n')
    .map(withoutMarks)
    .join('\n')
    .trim();
  const paragraph = /^[\s\S]*?(?=\n\s*\n|\n\s*[@:\\]\w|$(?![\s\S]))/.exec(text)?.[0] ?? '';
  const plain = paragraph
    .replace(/<\/?[a-z][^<>]{0,200}>/gi, ' ')
    .replace(/\{@\w+\s+([^{}|]{1,200})(?:\|[^{}]{0,200})?\}/g, '$1')
    .replace(/\s+/g, ' ')
    .trim();
  if (/^[@:\\]\w/.test(plain) || !/[\p{L}\p{N}]/u.test(plain)) return '';
  const sentence = /^.*?[.!?。！？](?=\s|$)(?<!\b(?:e\.g|i\.e|etc|vs|cf)\.)/u.exec(plain)?.[0] ?? plain;
  return sentence.length <= LONGEST ? sentence : `${sentence.slice(0, LONGEST - 1).trimEnd()}…`;
}

/** A line of a comment without the signs of comments, a line of a documentation string without its quotation marks. */
function withoutMarks(line: string): string {
  return line
    .replace(/\r$/, '')
    .replace(
      /^\s*(?:[rRbBuUfF]{0,2}(?:"""|'''|["'])|\/\*+!?<?|\*+(?!\/)|\/{2,}[!<]?|#+!?|--+|;+|=begin\b|=end\b)[ \t]?/,
      '',
    )
    .replace(/\s*(?:\*+\/|"""|'''|(?<=[.!?])["'])\s*$/, '');
}

/** Markdown with every line outside of fenced code replaced by what `map` makes of it. */
export function mapProseLines(markdown: string, map: (line: string) => string): string {
  let fence = '';
  return markdown
    .split('\n')
    .map((line) => {
      const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
      if (fence !== '') {
        if (mark?.startsWith(fence) && line.trim() === mark) fence = '';
        return line;
      }
      if (mark === undefined) return map(line);
      fence = mark;
      return line;
    })
    .join('\n');
}

/** How many pictures of a Markdown text have no words of their own, code aside. */
export function countBareImages(markdown: string): number {
  if (!/!\[\s*\]|<img\b/i.test(markdown)) return 0;
  let count = 0;
  mapProseLines(markdown, (line) => {
    const prose = line.replace(/(`+)[^`]*\1/g, '');
    count += prose.match(/!\[\s*\](?:\(|\[)/g)?.length ?? 0;
    for (const tag of prose.match(/<img\b[^<>]{0,2000}>/gi) ?? [])
      if (!/\balt\s*=\s*(?:"\s*[^"\s]|'\s*[^'\s]|[^\s"'>])/i.test(tag)) count++;
    return line;
  });
  return count;
}

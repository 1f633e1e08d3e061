/** An item of a list as a document gives it: flat, with its depth. */
export interface ListItem {
  /** From 0. */
  readonly level: number;
  /** Its number, where its mark is a plain one; undefined for bullets. */
  readonly number: number | undefined;
  /** HTML of its content. */
  html: string;
}

/** Flat list items as nested HTML lists; a number out of turn begins a list of its own. */
export function listHtml(items: readonly ListItem[]): string {
  let html = '';
  const open: { level: number; tag: string; next: number }[] = [];
  const closeTo = (level: number): void => {
    for (let top = open.at(-1); top !== undefined && top.level > level; top = open.at(-1)) {
      html += `</li></${top.tag}>`;
      open.pop();
    }
  };
  for (const item of items) {
    const tag = item.number === undefined ? 'ul' : 'ol';
    closeTo(item.level);
    const top = open.at(-1);
    if (top?.level === item.level && (top.tag !== tag || (item.number !== undefined && item.number !== top.next)))
      closeTo(item.level - 1);
    const same = open.at(-1)?.level === item.level ? open.at(-1) : undefined;
    if (same === undefined) {
      html += tag === 'ol' ? `<ol start="${item.number}"><li>` : '<ul><li>';
      open.push({ level: item.level, tag, next: (item.number ?? 0) + 1 });
    } else {
      html += '</li><li>';
      same.next++;
    }
    html += item.html;
  }
  closeTo(-1);
  return html;
}

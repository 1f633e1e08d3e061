import { formatNumber } from './number-format.js';
import { childOf, elementsOf, type XmlElement } from './office-xml.js';

/** What stands before a list item or numbered heading. */
export interface ListLabel {
  readonly isBullet: boolean;
  /** As Word shows it: `3.`, `V.`, `1.2.3`; empty for a bullet and for an item that goes on. */
  readonly text: string;
  /** The number, where the label is nothing but that in digits. */
  readonly number: number | undefined;
}

interface Level {
  readonly start: number;
  readonly format: string;
  readonly pattern: string;
  readonly restart: number | undefined;
  readonly isLegal: boolean;
}

/** Counts the numbered paragraphs of a Word document: call `next` for each in document order. */
export class DocxNumbering {
  readonly #levels = new Map<string, Map<number, Level>>();
  readonly #abstracts = new Map<string, string>();
  readonly #overrides = new Map<string, Map<number, number>>();
  readonly #counters = new Map<string, number[]>();
  readonly #begun = new Set<string>();

  constructor(root: XmlElement | undefined) {
    for (const element of root === undefined ? [] : elementsOf(root)) {
      if (element.name === 'w:abstractNum')
        this.#levels.set(element.attributes['w:abstractNumId'] ?? '', readLevels(element));
      else if (element.name === 'w:num') this.#readNum(element);
    }
  }

  #readNum(element: XmlElement): void {
    const id = element.attributes['w:numId'] ?? '';
    const abstract = childOf(element, 'w:abstractNumId')?.attributes['w:val'] ?? '';
    const own = elementsOf(element).filter((child) => child.name === 'w:lvlOverride');
    this.#abstracts.set(id, abstract);
    this.#overrides.set(
      id,
      new Map(
        own.flatMap((override) => {
          const start = childOf(override, 'w:startOverride')?.attributes['w:val'];
          return start === undefined ? [] : [[Number(override.attributes['w:ilvl'] ?? 0), Number(start)] as const];
        }),
      ),
    );
    const levels = own.filter((override) => childOf(override, 'w:lvl') !== undefined);
    if (levels.length === 0) return;
    // Levels of its own make a list of its own.
    const key = `num ${id}`;
    this.#levels.set(
      key,
      new Map([...(this.#levels.get(abstract) ?? []), ...levels.flatMap((override) => [...readLevels(override)])]),
    );
    this.#abstracts.set(id, key);
  }

  /** Label of the next paragraph of a list, counted on; undefined where the list is not known or says "no list". */
  next(numId: string, at: number): ListLabel | undefined {
    const list = this.#abstracts.get(numId);
    const levels = list === undefined ? undefined : this.#levels.get(list);
    const level = levels?.get(at);
    if (list === undefined || levels === undefined || level === undefined) return undefined;
    if (level.format === 'bullet' || level.format === 'none')
      return { isBullet: level.pattern.trim() !== '', text: '', number: undefined };
    const counters = this.#count(numId, list, at);
    const text = level.pattern.replace(/%([1-9])/g, (_, digit: string) => {
      const shown = Number(digit) - 1;
      const of = levels.get(shown);
      const format = level.isLegal ? 'decimal' : (of?.format ?? 'decimal');
      return formatNumber(counters[shown] ?? of?.start ?? 1, format);
    });
    const isPlain = /^%\d[.)]?$/.test(level.pattern.trim()) && /^\d+[.)]?$/.test(text.trim());
    return { isBullet: false, text: text.trim(), number: isPlain ? (counters[at] ?? 1) : undefined };
  }

  #count(numId: string, list: string, at: number): readonly number[] {
    const counters = this.#counters.get(list) ?? [];
    this.#counters.set(list, counters);
    const levels = this.#levels.get(list);
    const start = this.#overrides.get(numId)?.get(at);
    const isFirst = start !== undefined && !this.#begun.has(`${numId} ${at}`);
    this.#begun.add(`${numId} ${at}`);
    if (isFirst) counters[at] = start;
    else counters[at] = (counters[at] ?? (start ?? levels?.get(at)?.start ?? 1) - 1) + 1;
    for (let above = 0; above < at; above++) counters[above] ??= levels?.get(above)?.start ?? 1;
    for (let below = at + 1; below < counters.length; below++) {
      const restart = levels?.get(below)?.restart;
      // Zero says that a level counts on; a number, above which level it begins again.
      if (restart === undefined || (restart > 0 && at < restart)) delete counters[below];
    }
    return counters;
  }
}

function readLevels(parent: XmlElement): Map<number, Level> {
  const levels = new Map<number, Level>();
  for (const element of elementsOf(parent)) {
    if (element.name !== 'w:lvl') continue;
    const value = (name: string): string | undefined => childOf(element, name)?.attributes['w:val'];
    const restart = value('w:lvlRestart');
    levels.set(Number(element.attributes['w:ilvl'] ?? 0), {
      start: Number(value('w:start') ?? 1),
      format: value('w:numFmt') ?? 'decimal',
      pattern: value('w:lvlText') ?? '',
      restart: restart === undefined ? undefined : Number(restart),
      isLegal: childOf(element, 'w:isLgl') !== undefined,
    });
  }
  return levels;
}

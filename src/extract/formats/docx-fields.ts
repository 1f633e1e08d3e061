import { childOf, type XmlElement } from './office-xml.js';

/** Keeps track of the fields of a Word document, whose instructions, results and ends are marks in the run of its text. */
export class DocxFields {
  readonly #open: { instruction: string; isResult: boolean }[] = [];

  /** Whether the place is in a field's instruction, which is not shown. */
  get isInstruction(): boolean {
    return this.#open.some((field) => !field.isResult);
  }

  /** Where the field around the place links to, else empty. */
  get link(): string {
    for (const { instruction, isResult } of this.#open) {
      const target = isResult ? /^\s*HYPERLINK\s+"([^"]{1,2000})"/.exec(instruction)?.[1] : undefined;
      if (target !== undefined) return target;
    }
    return '';
  }

  /** Takes a field's begin, separation or end; gives what the mark itself shows, such as a ticked box. */
  mark(element: XmlElement): string {
    const type = element.attributes['w:fldCharType'];
    const field = this.#open.at(-1);
    if (type === 'begin') {
      this.#open.push({ instruction: '', isResult: false });
      const box = childOf(element, 'w:ffData', 'w:checkBox');
      const state = childOf(box, 'w:checked') ?? childOf(box, 'w:default');
      if (box !== undefined)
        return /^(?:0|false)$/.test(state?.attributes['w:val'] ?? (state === undefined ? '0' : '1')) ? '[ ]' : '[x]';
    } else if (type === 'separate' && field !== undefined) field.isResult = true;
    else if (type === 'end') this.#open.pop();
    return '';
  }

  /** Takes a part of an instruction. */
  instruct(text: string): void {
    const field = this.#open.at(-1);
    if (field !== undefined && !field.isResult) field.instruction += text;
  }
}

import { classesOf, findFirst, type HtmlElement, isElement, named, tokensOf } from './html-dom.js';
import { formulaOf } from './html-formula.js';
import { noteMark, subscript, superscript } from './raised-text.js';

const NOTE_CLASS = /^(?:footnote(?:-ref|-reference|ref)?|fn(?:-?ref)?|noteref|note-ref|reference|citation|cite)$/i;
const RAISED = /(?:^|;)\s*vertical-align\s*:\s*(super|sub)\b/i;

/** Whether an element's text stands above or below the line. */
export function scriptOf(element: HtmlElement): 'sup' | 'sub' | undefined {
  if (element.localName === 'sup' || element.localName === 'sub') return element.localName;
  if (element.localName !== 'span' || element.attributes.size === 0) return undefined;
  const raised = RAISED.exec(element.getAttribute('style') ?? '')?.[1]?.toLowerCase();
  if (raised !== undefined) return raised === 'super' ? 'sup' : 'sub';
  const name = classesOf(element).find((one) => /^(?:super|sub)script$/i.test(one));
  return name === undefined ? undefined : name.toLowerCase().startsWith('super') ? 'sup' : 'sub';
}

/** Whether a raised text is the mark of a note: it leads to the note, or is called one. */
export function isNoteMark(element: HtmlElement): boolean {
  const isCalledNote = (one: HtmlElement): boolean =>
    classesOf(one).some((name) => NOTE_CLASS.test(name)) ||
    [...tokensOf(one, 'role'), ...tokensOf(one, 'epub:type')].some((word) => /^(?:doc-)?noteref$/i.test(word));
  const link = findFirst(element, named('a')) ?? element.closest(named('a'));
  if (link === undefined) return isCalledNote(element);
  return isCalledNote(element) || isCalledNote(link) || (link.getAttribute('href') ?? '').includes('#');
}

/** Text of an element on its way to a title or to code: what is raised or lowered is marked, formulas are read once. */
export function scriptedText(element: HtmlElement): string {
  let text = '';
  const visit = (one: HtmlElement): void => {
    for (const node of one.childNodes) {
      if (!isElement(node)) text += node.nodeValue;
      else if (node.localName !== 'svg' && !visitSpecial(node)) visit(node);
    }
  };
  const visitSpecial = (node: HtmlElement): boolean => {
    const formula = node.localName === 'img' ? undefined : formulaOf(node);
    if (formula !== undefined) text += formula.text ?? formula.fallback;
    const script = formula === undefined ? scriptOf(node) : undefined;
    if (script === 'sub') text += subscript(text.slice(-40), scriptedText(node));
    if (script === 'sup') {
      text += isNoteMark(node) ? noteMark(node.textContent) : superscript(text.slice(-40), scriptedText(node));
    }
    return formula !== undefined || script !== undefined;
  };
  visit(element);
  return text;
}

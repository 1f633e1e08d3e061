import { findAll, HtmlElement, named } from './html-dom.js';

const HEADINGS = new Set('h1 h2 h3 h4 h5 h6 dt summary'.split(' '));

/**
 * Turns buttons that hold what a reader reads into text: the whole of a heading, and the question of an answer that
 * unfolds under it. Other buttons (copy, menu, send) stay, and are left out later. The tree is changed.
 */
export function unwrapLabels(body: HtmlElement): void {
  for (const button of findAll(body, named('button'))) {
    if (isWholeHeading(button)) button.replaceWith(...button.childNodes.slice());
    else if (isQuestion(button)) {
      const [paragraph, label] = [new HtmlElement('p'), new HtmlElement('strong')];
      label.append(...button.childNodes.slice());
      paragraph.append(label);
      button.replaceWith(paragraph);
    }
  }
}

function isWholeHeading(button: HtmlElement): boolean {
  const parent = button.parentElement;
  if (parent === null || !HEADINGS.has(parent.localName)) return false;
  for (const node of parent.childNodes) {
    if (node !== button && node.textContent.trim() !== '') return false;
  }
  return true;
}

function isQuestion(button: HtmlElement): boolean {
  const text = button.textContent.trim();
  const isAsked = /\S\s+\S.*[?\u061f]$/su.test(text) || /\S{4,}\uff1f$/u.test(text);
  return isAsked && button.closest(named('form', 'nav', 'footer', 'header', 'p', 'a')) === undefined;
}

import { escapeHtml, type XmlElement } from './office-xml.js';

const KEPT = /^(?:display|mode|alttext|encoding|linethickness|open|close|separators)$/;

/** MathML of an office document as HTML, which the HTML reader writes as TeX. Names of elements and attributes that are not MathML's are left out. */
export function mathHtml(element: XmlElement): string {
  const inside = element.children
    .map((child) => (typeof child === 'string' ? escapeHtml(child) : mathHtml(child)))
    .join('');
  const name = /^math:([a-z]+(?:-xml)?)$/.exec(element.name)?.[1];
  if (name === undefined) return inside;
  const attributes = Object.entries(element.attributes)
    .filter(([key]) => KEPT.test(key))
    .map(([key, value]) => ` ${key}="${escapeHtml(value)}"`);
  return `<${name}${attributes.join('')}>${inside}</${name}>`;
}

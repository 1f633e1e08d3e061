import { classesOf, findFirst, type HtmlElement, named, neighbourOf } from './html-dom.js';
import { readHtml } from './html-tree.js';
import { mathmlToTex } from './mathml-to-tex.js';

/** A formula of a page: how it reads, or undefined where it could not be read; then `fallback` is all there is. */
export interface FormulaText {
  readonly text: string | undefined;
  /** Letters of a formula whose arrangement is lost. */
  readonly fallback: string;
}

const RENDERED = /^(?:MathJax(?:_Display|_CHTML|_SVG|_SVG_Display)?|mjx-chtml|MJXc-display)$/;
const MATH_IMAGE =
  /^(?:math|tex|latex|equation|formula|mwe-math-fallback-image-(?:inline|display)|ql-img-\w+-equation)$/i;
const TEX_ALT = /^\s*(?:\$[\s\S]+\$|\\\([\s\S]+\\\)|\\\[[\s\S]+\\\]|\{\\(?:display|text)style[\s\S]*\})\s*$/;
/** Signs that only formulas have. */
const MATH_CONTENT = new Set('apply ci cn bind bvar lambda piecewise'.split(' '));

/**
 * Reads a formula where an element is one: MathML, what KaTeX and MathJax made of TeX, pictures of Wikipedia and of
 * Sphinx. Undefined for any other element.
 */
export function formulaOf(element: HtmlElement): FormulaText | undefined {
  const name = element.localName;
  if (name === 'math') return mathOf(element);
  if (name === 'img') return imageOf(element);
  if (name === 'mjx-container') return renderedOf(element);
  if (!element.hasAttribute('class')) return undefined;
  const classes = classesOf(element);
  if (classes.includes('katex-display') || classes.includes('katex') || classes.includes('katex-html')) {
    return renderedOf(element, classes.includes('katex-display'));
  }
  if (classes.includes('MathJax_Preview')) return { text: '', fallback: '' };
  if (classes.some((one) => RENDERED.test(one))) return mathjaxOf(element);
  if (!classes.includes('mwe-math-element')) return undefined;
  const inside = findFirst(element, named('math')) ?? findFirst(element, named('img'));
  return inside === undefined ? undefined : formulaOf(inside);
}

/** What MathJax 2 drew stands before the script that it was drawn from. */
function mathjaxOf(element: HtmlElement): FormulaText {
  for (let drawn: HtmlElement | null = element; drawn !== null; drawn = drawn.parentElement) {
    const next = neighbourOf(drawn, 1);
    if (next?.localName === 'math' && next.hasAttribute('alttext')) return { text: '', fallback: '' };
    if (!classesOf(drawn).some((one) => RENDERED.test(one))) break;
  }
  return renderedOf(element, /display/i.test(element.getAttribute('class') ?? ''));
}

/** Renderers put MathML beside what they draw, or keep it in an attribute. */
function renderedOf(element: HtmlElement, isDisplay = element.getAttribute('display') === 'true'): FormulaText {
  const math = findFirst(element, named('math'));
  if (math !== undefined) return mathOf(math, isDisplay);
  const holder = findFirst(element, (one) => one.hasAttribute('data-mathml')) ?? element;
  const source = holder.getAttribute('data-mathml');
  const kept = source === null ? undefined : findFirst(readHtml(source).body, named('math'));
  if (kept !== undefined) return mathOf(kept, isDisplay);
  const tex = element.getAttribute('data-tex') ?? element.getAttribute('data-latex');
  if (tex !== null) return { text: asTex(tex, isDisplay), fallback: '' };
  return { text: undefined, fallback: element.textContent.replace(/\s+/g, ' ').trim() };
}

function mathOf(math: HtmlElement, isDisplay = false): FormulaText {
  const isBlock = isDisplay || math.getAttribute('display') === 'block' || math.getAttribute('mode') === 'display';
  const annotation = findFirst(
    math,
    (one) => one.localName === 'annotation' && /tex/i.test(one.getAttribute('encoding') ?? 'tex'),
  );
  const tex = annotation?.textContent ?? math.getAttribute('alttext') ?? '';
  if (tex.trim() !== '') return { text: asTex(tex, isBlock), fallback: '' };
  if (findFirst(math, ({ localName }) => MATH_CONTENT.has(localName)) !== undefined)
    return { text: undefined, fallback: math.textContent.replace(/\s+/g, ' ').trim() };
  const written = mathmlToTex(math);
  return written === '' ? { text: undefined, fallback: '' } : { text: asTex(written, isBlock), fallback: '' };
}

function imageOf(image: HtmlElement): FormulaText | undefined {
  const alt = (image.getAttribute('alt') ?? '').trim();
  const source = image.getAttribute('src') ?? '';
  const drawn = /latex\.codecogs\.com\/[\w.]+\?(.+)$/.exec(source)?.[1];
  const isMath = classesOf(image).some((one) => MATH_IMAGE.test(one)) || TEX_ALT.test(alt) || drawn !== undefined;
  if (!isMath) return undefined;
  if (alt !== '')
    return {
      text: asTex(
        alt,
        classesOf(image).some((one) => /display/.test(one)),
      ),
      fallback: '',
    };
  return { text: drawn === undefined ? undefined : asTex(unescaped(drawn), false), fallback: '' };
}

function unescaped(query: string): string {
  try {
    return decodeURIComponent(query);
  } catch {
    // A broken escape stands as it is.
    return query;
  }
}

/** TeX between dollar signs, without what only sets its size. */
function asTex(source: string, isDisplay: boolean): string {
  let tex = source.replace(/\s+/g, ' ').trim();
  const delimited = /^(?:\$\$?([\s\S]*?)\$\$?|\\\(([\s\S]*)\\\)|\\\[([\s\S]*)\\\])$/.exec(tex);
  if (delimited !== null) tex = (delimited[1] ?? delimited[2] ?? delimited[3] ?? '').trim();
  const styled = /^\{\s*\\(?:display|text)style\b([\s\S]*)\}$/.exec(tex);
  tex = (styled?.[1] ?? tex).replace(/^\\(?:display|text)style\b/, '').trim();
  if (tex === '') return '';
  return isDisplay || delimited?.[0].startsWith('$$') || delimited?.[3] !== undefined ? `$$${tex}$$` : `$${tex}$`;
}

import { classesOf, findFirst, type HtmlElement, named } from './html-dom.js';
import { DRAWING_WORDS } from './html-tree.js';
import type { LossCounter } from './loss-counter.js';
import type { LossKind } from './parsed-document.js';

const SILENT_FIELDS = new Set('hidden submit reset button image'.split(' '));
/** Drawings up to this width or height in pixels are signs, not figures. */
const MAX_SIGN_PIXELS = 48;

/** Counts an element that is left out, where it would have shown something. */
export function noteLoss(losses: LossCounter, element: HtmlElement): void {
  const kind = lossOf(element);
  if (kind !== undefined) losses.add(kind);
}

function lossOf(element: HtmlElement): LossKind | undefined {
  switch (element.localName) {
    case 'iframe':
    case 'frame':
    case 'embed':
    case 'object':
    case 'applet':
      return 'frame';
    case 'audio':
    case 'video':
      return 'media';
    case 'canvas':
      return 'drawing';
    case 'svg':
      return isSign(element) || (element.getAttribute(DRAWING_WORDS) ?? '') !== '' ? undefined : 'drawing';
    case 'select':
    case 'textarea':
      return 'form';
    case 'input':
      return SILENT_FIELDS.has((element.getAttribute('type') ?? '').toLowerCase()) ? undefined : 'form';
    case 'img':
      return isMute(element) ? 'image' : undefined;
    default:
      return undefined;
  }
}

/** A picture without words of its own or of a caption, that is more than ornament. */
function isMute(image: HtmlElement): boolean {
  if (image.hasAttribute('alt') || image.hasAttribute('aria-label') || image.hasAttribute('title')) return false;
  if (/^(?:presentation|none)$/i.test(image.getAttribute('role') ?? '')) return false;
  if (pixels(image, 'width') <= 2 || pixels(image, 'height') <= 2) return false;
  const figure = image.closest(named('figure'));
  return figure === undefined || findFirst(figure, named('figcaption')) === undefined;
}

/** A drawing inside a word, a link or a button, or as small as a letter. */
function isSign(drawing: HtmlElement): boolean {
  if (Math.min(pixels(drawing, 'width'), pixels(drawing, 'height')) <= MAX_SIGN_PIXELS) return true;
  if (classesOf(drawing).some((name) => /icon|logo|octicon|^fa-?/i.test(name))) return true;
  return drawing.closest(named('a', 'button', 'summary', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'label')) !== undefined;
}

function pixels(element: HtmlElement, side: 'width' | 'height'): number {
  const size = Number.parseFloat(element.getAttribute(side) ?? '');
  if (Number.isNaN(size)) return Number.POSITIVE_INFINITY;
  return /em\s*$/.test(element.getAttribute(side) ?? '') ? size * 16 : size;
}

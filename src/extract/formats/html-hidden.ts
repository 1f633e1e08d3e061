import { classesOf, type HtmlElement, isElement, neighbourOf, tokensOf } from './html-dom.js';

const UNSEEN = /^(?:sr-only|visually-hidden|screen-reader-text|visuallyhidden|sr-only-focusable)$/i;
const UNSHOWN = /(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)\b[^;]*/gi;
/** Class names that tell parts which unfold: `tabcontent`, `tab-pane`, `accordion-body`, `faq-answer`. */
const PANEL_CLASS =
  /^(?:(?:[\w-]*[-_])?(?:tab|tabs|accordion|collapse|collapsible|expand|expandable|faq|toggle|spoiler|disclosure)[-_]{0,2}(?:content|contents|pane|panel|body|item|answer|text|inner)?|(?:[\w-]*[-_])?(?:pane|answer))$/i;
const NO_PANEL = /^(?:dialog|alertdialog|menu|menubar|listbox|tooltip|navigation|search|banner|status|alert)$/i;
const NO_PANEL_NAMES = new Set('nav dialog menu template form i svg script header footer'.split(' '));
/** Attributes in which a control names what it shows. */
const NAMING = ['aria-controls', 'data-target', 'data-bs-target', 'data-tab', 'data-tab-target', 'data-controls'];
/** Where more of a hidden part than this is links, it is a menu. */
const MAX_LINK_SHARE = 0.6;
/** Neighbours that are looked at to either side, and hidden parts of a page: enough for any real one. */
const MAX_TWINS = 40;
const MAX_HIDDEN = 2_000;

/** What the controls of a page say of its hidden parts. */
interface Controls {
  /** Ids of elements that a control shows. */
  readonly shown: ReadonlySet<string>;
  /** Ids of controls. */
  readonly labels: ReadonlySet<string>;
}

/**
 * Shows what a click would show: the hidden panels of tabs and accordions lose the marks that hide them. What no control
 * of the page leads to stays hidden, and so do menus and dialogs. The tree is changed.
 */
export function revealPanels(body: HtmlElement): void {
  const hidden: HtmlElement[] = [];
  const shown = new Set<string>();
  const labels = new Set<string>();
  const visit = (element: HtmlElement, within: string): void => {
    const isControl = isControlElement(element);
    if (isControl || element.hasAttribute('aria-controls')) for (const id of namedBy(element)) shown.add(id);
    const id = element.getAttribute('id');
    const heading = /^h[1-6]$/.test(element.localName) ? (id ?? '') : within;
    if (isControl) for (const label of [id, heading]) if (label !== null && label !== '') labels.add(label);
    if (hidden.length < MAX_HIDDEN && hidesItself(element)) hidden.push(element);
    for (const node of element.childNodes) if (isElement(node)) visit(node, heading);
  };
  visit(body, '');
  for (const element of hidden) if (isPanel(element, { shown, labels })) show(element);
}

/** Whether an element is marked as one that is not shown. */
export function isHidden(element: HtmlElement): boolean {
  if (hidesItself(element)) return element.localName !== 'pre' || element.getAttribute('aria-hidden') !== 'true';
  return classesOf(element).some((name) => UNSEEN.test(name)) && !standsIn(element);
}

function hidesItself(element: HtmlElement): boolean {
  if (element.attributes.size === 0) return false;
  if (element.hasAttribute('hidden') || element.getAttribute('aria-hidden')?.toLowerCase() === 'true') return true;
  const style = element.getAttribute('style');
  return style !== null && new RegExp(UNSHOWN.source, 'i').test(style);
}

/** Text for screen readers alone that says what its neighbour, hidden from them, shows. */
function standsIn(element: HtmlElement): boolean {
  return ([-1, 1] as const).some((step) => {
    const neighbour = neighbourOf(element, step);
    return neighbour?.getAttribute('aria-hidden') === 'true' && /[\p{L}\p{N}]/u.test(neighbour.textContent);
  });
}

function isControlElement(element: HtmlElement): boolean {
  if (element.localName === 'button' || element.localName === 'summary') return true;
  if (element.hasAttribute('aria-expanded') || element.hasAttribute('onclick')) return true;
  if (/^(?:button|tab)$/i.test(element.getAttribute('role') ?? '')) return true;
  return (
    NAMING.some((attribute) => element.hasAttribute(attribute)) || /^(?:tab|collapse|pill)$/.test(toggleOf(element))
  );
}

function toggleOf(element: HtmlElement): string {
  return element.getAttribute('data-toggle') ?? element.getAttribute('data-bs-toggle') ?? '';
}

function namedBy(control: HtmlElement): string[] {
  const ids = NAMING.flatMap((attribute) => tokensOf(control, attribute));
  const href = control.getAttribute('href') ?? '';
  const called = control.getAttribute('onclick')?.matchAll(/['"]#?([\w:.-]{1,100})['"]/g) ?? [];
  return [...ids, ...(href.startsWith('#') ? [href] : [])]
    .map((id) => id.replace(/^#/, ''))
    .concat(Array.from(called, ([, id = '']) => id));
}

function isPanel(element: HtmlElement, controls: Controls): boolean {
  const role = element.getAttribute('role') ?? '';
  if (/^tabpanel$/i.test(role) || /^until-found$/i.test(element.getAttribute('hidden') ?? '')) return true;
  if (NO_PANEL.test(role) || NO_PANEL_NAMES.has(element.localName)) return false;
  const isNamed =
    controls.shown.has(element.getAttribute('id') ?? '') ||
    tokensOf(element, 'aria-labelledby').some((id) => controls.labels.has(id)) ||
    classesOf(element).some((name) => PANEL_CLASS.test(name)) ||
    hasTwinShown(element) ||
    followsToggle(element);
  return isNamed && linkShare(element) <= MAX_LINK_SHARE;
}

/** Whether the element just before is, or holds, a control that unfolds something and names nothing. */
function followsToggle(element: HtmlElement): boolean {
  const before = neighbourOf(element, -1);
  if (before === undefined) return false;
  const isToggle = (one: HtmlElement): boolean => one.hasAttribute('aria-expanded') || one.children.some(isToggle);
  return isToggle(before);
}

/** Whether a neighbour of the same kind is shown: one of several tabs. */
function hasTwinShown(element: HtmlElement): boolean {
  const classes = classesOf(element);
  if (classes.length === 0 || element.localName === 'span') return false;
  const siblings = element.parentElement?.childNodes ?? [];
  const at = siblings.indexOf(element);
  return siblings
    .slice(Math.max(0, at - MAX_TWINS), at + MAX_TWINS)
    .some(
      (one) =>
        one !== element &&
        isElement(one) &&
        one.localName === element.localName &&
        !hidesItself(one) &&
        one.textContent.trim() !== '' &&
        classes.every((name) => classesOf(one).includes(name)),
    );
}

function show(element: HtmlElement): void {
  element.removeAttribute('hidden');
  element.removeAttribute('aria-hidden');
  const style = element.getAttribute('style');
  if (style !== null) element.setAttribute('style', style.replace(UNSHOWN, ''));
}

/** Which share of an element's text is that of links, 0 to 1. */
export function linkShare(element: HtmlElement): number {
  let [all, linked] = [0, 0];
  const visit = (one: HtmlElement, isLink: boolean): void => {
    for (const node of one.childNodes) {
      if (isElement(node)) visit(node, isLink || (node.localName === 'a' && node.hasAttribute('href')));
      else {
        const length = node.nodeValue.replace(/\s+/g, '').length;
        all += length;
        if (isLink) linked += length;
      }
    }
  };
  visit(element, false);
  return all === 0 ? 0 : linked / all;
}

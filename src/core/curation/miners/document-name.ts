import { outline } from './markdown-outline.js';
import { type MinableDocument, plainHeading } from './mined-pair.js';

/** Headings and titles that say nothing of what stands under them. */
const SAYS_NOTHING =
  /^(?:overview|introduction|intro|about|examples?|usage(?:[/ ]examples?)?|use|using|notes?|see also|references?|api(?: reference)?|reference|summary|description|features|contents|table of contents|more|details|background|conclusion|options|parameters|arguments|returns|methods|properties|install(?:ation)?|getting started|quick ?start|docs?|documentation|changelog|licen[cs]e|home|index|readme|untitled|documents?|(?:synopsis|example) ?\d*|v?\d[\d.]*)$/i;

/** Whether a phrase could stand on any page: `Usage`, `API`, `1.2.3`. */
export function saysNothing(phrase: string): boolean {
  return phrase.length < 2 || SAYS_NOTHING.test(phrase);
}

/**
 * What a document is about in a few words: its top heading, else its title, else the name of its file, whichever of them
 * says something; of code the name of its file. Empty when nothing serves.
 */
export function nameOf(document: MinableDocument): string {
  const top =
    document.format === 'markdown' ? outline(document.text).find((section) => section.level === 1)?.heading : undefined;
  const names = document.format === 'code' ? [] : [top ?? '', document.title].map(plainHeading);
  return [...names, fileName(document.uri)].find((name) => name.length <= 120 && !saysNothing(name)) ?? '';
}

/** Last part of an address without its ending; of `README` and `index` the folder they stand in. */
function fileName(uri: string): string {
  const [path = ''] = uri
    .replace(/^.*?#/, '')
    .replace(/^[a-z]+:\/\//i, '')
    .split('?');
  const parts = path.split(/[/:]/).filter((part) => part !== '');
  const stems = parts.map((part) => part.replace(/(?<=.)\.[a-z0-9]{1,8}$/i, ''));
  const last = stems.at(-1) ?? '';
  const name = /^(?:readme|index)$/i.test(last) ? (stems.at(-2) ?? '') : last;
  try {
    return decodeURIComponent(name);
  } catch {
    return name; // A lone percent sign is a character like any other.
  }
}

/** The parts as one phrase, outermost first; a part that another one holds already is left out. */
export function inContext(...parts: readonly string[]): string {
  const kept: string[] = [];
  for (const [at, part] of parts.entries()) {
    const isHeld = parts.slice(at + 1).some((later) => holds(later, part));
    if (part !== '' && !isHeld && !kept.includes(part)) kept.push(part);
  }
  return kept.join(': ');
}

/** Whether a phrase holds another as whole words, whatever the case. */
export function holds(phrase: string, part: string): boolean {
  const edge = (text: string): string =>
    ` ${text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, ' ')
      .trim()} `;
  return edge(phrase).includes(edge(part));
}

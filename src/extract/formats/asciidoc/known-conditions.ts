/** Attribute that is always set: what nobody knows is shown. */
export const SHOWN_ATTRIBUTE = 'quarry-shown';

/** Attributes that Asciidoctor itself sets or leaves unset, so that a condition on them has an answer. */
const INTRINSIC = /^(?:backend|basebackend|doctype|filetype|safe-mode|asciidoctor|outfilesuffix|quarry)(?:-|$)/;
const MAX_NAMES = 5000;

/**
 * Lets conditions that a document cannot decide by itself show what they hold: attributes that it neither sets nor unsets come
 * from a build that is not known here. Conditions on its own attributes stay for Asciidoctor to decide, line for line.
 */
export function openUnknownConditions(source: string): string {
  if (!/^(?:ifdef|ifeval)::/m.test(source)) return source;
  const known = ownAttributes(source);
  const isKnown = (name: string): boolean => known.has(name) || INTRINSIC.test(name);
  return source.replace(
    /^(ifdef|ifeval|endif)::(\S*?)\[(.*)\][ \t]*$/gm,
    (whole, kind: string, names: string, text: string) => {
      if (kind === 'endif') return 'endif::[]';
      if (kind === 'ifdef')
        return `ifdef::${names.replace(/[^,+]+/g, (name) => (isKnown(name.toLowerCase()) ? name : SHOWN_ATTRIBUTE))}[${text}]`;
      const asked = [...text.matchAll(/\{([\w-]+)\}/g)].map((match) => (match[1] ?? '').toLowerCase());
      return asked.every(isKnown) ? whole : `ifdef::${SHOWN_ATTRIBUTE}[]`;
    },
  );
}

/** Counts of repeated or spanned cells that no table has, which would be made one by one. */
export function boundRepeats(source: string): string {
  return source
    .replace(/\d{4,}(?=(?:\.\d{1,9})?[+*][<>^.]{0,4}[a-z]?[|!])/g, '64')
    .replace(/^\[[^\n]*\bcols\b[^\n]*\]$/gm, (line) => line.replace(/\d{4,}/g, '64'));
}

function ownAttributes(source: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const match of source.matchAll(/^:!?(\w[\w-]*)!?:(?=[ \t]|$)|\{(?:set|counter2?):!?([\w-]+)/gm)) {
    names.add((match[1] ?? match[2] ?? '').toLowerCase());
    if (names.size >= MAX_NAMES) break;
  }
  return names;
}

/** What every line of quoted text begins with, and no line of our own. */
export const FENCE = '   | ';

/** Characters that a terminal, an editor or a model may take for the end of a line, besides the line feed. */
const STRANGE_BREAKS = /\r\n|[\r\v\f\u0085\u2028\u2029]+/g;
/** All line ends. */
const BREAKS = /[\n\r\v\f\u0085\u2028\u2029]+/g;
/**
 * Characters that move the cursor, begin escape sequences, turn the direction of what follows, or are not seen by people
 * while models read them (the tags of U+E0000).
 */
const UNSEEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these characters are what is being made visible.
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]|[\u{e0000}-\u{e007f}]/gu;

/** A text in which nothing moves the cursor or hides: what would is shown as U+FFFD. Tabs and line feeds stay. */
export function makeVisible(text: string): string {
  return text.replace(UNSEEN, '\ufffd');
}

/** A value for a line of our own: line ends become spaces, what would hide becomes visible. */
export function oneLine(text: string): string {
  return makeVisible(text.replace(BREAKS, ' '));
}

/**
 * Text from outside as a block that cannot pass for anything of ours: each of its lines, whatever ended the one before,
 * begins with {@link FENCE}.
 */
export function fenceText(text: string): string {
  return FENCE + makeVisible(text.replace(STRANGE_BREAKS, '\n')).replaceAll('\n', `\n${FENCE}`);
}

/** How much of a text can be fenced within so many characters; at least one character, so that reading goes on. */
export function fenceableLength(text: string, maxCharacters: number): number {
  let room = maxCharacters - FENCE.length;
  for (let at = 0; at < text.length; at++) {
    room -= /[\n\r\v\f\u0085\u2028\u2029]/.test(text.charAt(at)) ? FENCE.length + 1 : 1;
    if (room < 0) return Math.max(1, at);
  }
  return text.length;
}

/** Texts of more characters travel between threads by themselves. */
const LONG = 32 * 1024;
/**
 * Characters that are read back in one turn of the event loop. V8 keeps texts of this size where it never moves them; smaller
 * ones of the same text would be copied whenever it clears young memory, tens of milliseconds at once.
 */
const PIECE = 256 * 1024;

/** A long text that was taken out of a JSON value. */
export interface LongText {
  /** Keys that lead to its place. */
  readonly path: readonly (string | number)[];
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly encoding: 'latin1' | 'utf16le';
}

/** A JSON value whose long texts lie beside it. */
export interface ParsedParts {
  /** `{ value }`, so that the value itself may be a long text. */
  readonly holder: unknown;
  readonly texts: readonly LongText[];
}

/** Takes the long texts out of a value, which is changed, and leaves empty ones in their places. */
export function takeLongTexts(value: unknown): ParsedParts {
  const holder = { value };
  const texts: LongText[] = [];
  const visit = (parent: object, path: readonly (string | number)[]): void => {
    for (const [key, child] of Object.entries(parent)) {
      if (typeof child === 'string' && child.length > LONG) {
        texts.push({ path: [...path, key], ...encode(child) });
        Reflect.defineProperty(parent, key, { value: '' });
      } else if (typeof child === 'object' && child !== null) visit(child, [...path, key]);
    }
  };
  visit(holder, []);
  return { holder, texts };
}

/**
 * Puts the texts back, piece by piece, so that others have their turn between the pieces: making texts of megabytes in one
 * go would hold them up.
 * @param turn waits until others had theirs
 */
export async function putLongTexts({ holder, texts }: ParsedParts, turn: () => Promise<void>): Promise<unknown> {
  for (const { path, bytes, encoding } of texts) {
    const block = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const step = encoding === 'latin1' ? PIECE : 2 * PIECE;
    let text = '';
    for (let at = 0; at < block.length; at += step) {
      text += block.toString(encoding, at, Math.min(block.length, at + step));
      await turn();
    }
    const parent = path.slice(0, -1).reduce(childOf, holder);
    Reflect.defineProperty(Object(parent), path.at(-1) ?? '', { value: text });
  }
  return childOf(holder, 'value');
}

/** Two bytes a character where one will not do; both keep every character, lone surrogates too. */
function encode(text: string): Pick<LongText, 'bytes' | 'encoding'> {
  const encoding = /[^\0-\xff]/.test(text) ? 'utf16le' : 'latin1';
  return { bytes: new Uint8Array(Buffer.from(text, encoding)), encoding };
}

function childOf(parent: unknown, key: string | number): unknown {
  return Reflect.get(Object(parent), key);
}

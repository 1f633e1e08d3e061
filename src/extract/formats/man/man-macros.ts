import { alternate, type Handler, type MacroSet, type ManualReader } from './manual-reader.js';
import { splitArguments } from './roff-source.js';
import type { Font, Run } from './styled-text.js';

const BULLET = /^(?:[•·*o+\u2219\u25cf\u25cb\u25aa-]|–|—)$/;

function title(level: number): Handler {
  return (text, reader) => {
    reader.writer.closeLiteral();
    reader.resetFont();
    const write = (words: string): void => {
      reader.onNextText = undefined;
      reader.resetFont();
      reader.writer.heading(level, words);
    };
    const words = splitArguments(text).join(' ');
    if (words !== '') write(reader.plain(words));
    else
      takeNext(reader, (runs) =>
        write(
          runs
            .map((run) => run.text)
            .join('')
            .trim(),
        ),
      );
  };
}

/** Hands over the next input line, and those that `\c` joins to it. */
function takeNext(reader: ManualReader, use: (runs: readonly Run[]) => void): void {
  const taken: Run[] = [];
  reader.onNextText = (runs, isJoined) => {
    taken.push(...runs);
    if (isJoined) return;
    reader.onNextText = undefined;
    use(taken);
  };
}

/** One font for all arguments, or for the next line where there are none. */
function font(name: Font): Handler {
  return (text, reader) => {
    const args = splitArguments(text);
    if (args.length > 0) {
      reader.put(reader.runsOf(args.join(' '), name), /\\c\s*$/.test(text));
      return;
    }
    const outer = reader.onNextText;
    reader.onNextText = (runs, isJoined) => {
      reader.onNextText = outer;
      const styled = runs.map((run) => ({ text: run.text, font: name }));
      reader.put(styled, isJoined);
    };
  };
}

function fonts(first: Font, second: Font): Handler {
  return (text, reader) => reader.put(alternate(text, reader, [first, second]), /\\c\s*$/.test(text));
}

const paragraph: Handler = (_text, reader) => {
  reader.onNextText = undefined;
  reader.resetFont();
  reader.writer.startParagraph();
};

const taggedParagraph: Handler = (_text, reader) => {
  reader.writer.endParagraph();
  reader.resetFont();
  takeNext(reader, (runs) => openItem(runs, reader));
};

function openItem(runs: readonly Run[], reader: ManualReader): void {
  const tag = runs
    .map((run) => run.text)
    .join('')
    .trim();
  const number = /^\(?(\d{1,4})[.)]?\)?$/.exec(tag);
  if (BULLET.test(tag)) reader.writer.mark('- ');
  else if (number !== null && /[.)]$/.test(tag)) reader.writer.mark(`${number[1]}. `);
  else reader.writer.term(runs);
}

const indentedParagraph: Handler = (text, reader) => {
  reader.onNextText = undefined;
  reader.resetFont();
  const tag = splitArguments(text)[0] ?? '';
  if (reader.plain(tag) === '') reader.writer.endParagraph();
  else openItem(reader.runsOf(tag), reader);
};

/** `.UR` and `.MT`: the words up to the end are the link's text. */
function link(end: string, scheme: string): Handler {
  return (text, reader) => {
    const address = reader.plain(splitArguments(text)[0] ?? '');
    const lines = reader.takeUntil(end);
    const words = reader.blocksOf(lines).join(' ').replace(/\s+/g, ' ').trim();
    const bare = scheme === '' && /^https?:/.test(address) ? `<${address}>` : address;
    const shown = words === '' ? bare : `[${words}](${scheme}${address})`;
    reader.put([{ text: shown.replace(/\s/g, '\u00a0'), font: 'R' }]);
  };
}

const option: Handler = (text, reader) => {
  const [flag = '', value] = splitArguments(text);
  const runs: Run[] = [{ text: '[', font: 'R' }, ...reader.runsOf(flag, 'B')];
  if (value !== undefined) runs.push({ text: ' ', font: 'R' }, ...reader.runsOf(value, 'I'));
  reader.put([...runs, { text: ']', font: 'R' }]);
};

const head: Handler = (text, reader) => {
  const [name = '', section = '', date = '', source = '', manual = ''] = splitArguments(text).map((arg) =>
    reader.plain(arg),
  );
  if (reader.facts.name === '') Object.assign(reader.facts, { name, section, date, source, manual });
};

/** The macros of man(7), with what groff and Plan 9 added to them. */
export const MAN_MACROS: MacroSet = new Map<string, Handler>([
  ['TH', head],
  ['SH', title(2)],
  ['SS', title(3)],
  ['PP', paragraph],
  ['P', paragraph],
  ['LP', paragraph],
  ['HP', paragraph],
  ['TP', taggedParagraph],
  ['TQ', taggedParagraph],
  ['IP', indentedParagraph],
  ['RS', (_text, { writer }) => writer.openFrame(true)],
  ['RE', (_text, { writer }) => writer.closeFrame()],
  ['EX', (_text, { writer }) => writer.openLiteral()],
  ['EE', (_text, { writer }) => writer.closeLiteral()],
  ['B', font('B')],
  ['I', font('I')],
  ['R', font('R')],
  ['SM', font('R')],
  ['SB', font('B')],
  ['CW', font('C')],
  ['BI', fonts('B', 'I')],
  ['BR', fonts('B', 'R')],
  ['IB', fonts('I', 'B')],
  ['IR', fonts('I', 'R')],
  ['RB', fonts('R', 'B')],
  ['RI', fonts('R', 'I')],
  ['UR', link('.UE', '')],
  ['MT', link('.ME', 'mailto:')],
  [
    'MR',
    (text, reader) => {
      const [name = '', section = '', rest = ''] = splitArguments(text);
      reader.put(reader.runsOf(`${name}(${section})${rest}`, 'R'));
    },
  ],
  [
    'SY',
    (text, reader) => {
      reader.writer.startParagraph();
      reader.put(reader.runsOf(splitArguments(text)[0] ?? '', 'B'));
    },
  ],
  ['YS', (_text, { writer }) => writer.endParagraph()],
  ['OP', option],
]);

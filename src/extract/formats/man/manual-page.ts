import { EXTRACTED_LINES } from '../../../core/text/line-basis.js';
import { joinBlocks } from '../definition-list.js';
import { isoTime } from '../iso-time.js';
import type { ParsedBody } from '../parsed-document.js';
import { MAN_MACROS } from './man-macros.js';
import { ManualReader, type PageFacts } from './manual-reader.js';
import { mdocMacros } from './mdoc-macros.js';

/**
 * Reads a manual page (man or mdoc macros, tables of tbl) as Markdown: sections as headings, options as terms of a definition
 * list, examples as fences. It is titled `ls(1)`. Nothing is executed and no other file is read.
 */
export function parseManualPage(source: string): ParsedBody {
  const isMdoc = /^[.'][ \t]*D[dt](?:[ \t]|$)/m.test(source) && !/^[.'][ \t]*TH[ \t]/m.test(source);
  const reader = new ManualReader(source, isMdoc ? mdocMacros() : MAN_MACROS);
  reader.read();
  const blocks = reader.writer.finish();
  const title = titleOf(reader.facts, blocks);
  const { date, source: origin, manual, section } = reader.facts;
  return {
    text: joinBlocks(title === '' ? blocks : blocks.length === 0 ? [] : [`# ${title}`, ...blocks]),
    format: 'markdown',
    title,
    modifiedAt: dateOf(date),
    metadata: {
      ...EXTRACTED_LINES,
      ...(section === '' ? {} : { manualSection: section }),
      ...(manual === '' ? {} : { manual }),
      ...(origin === '' ? {} : { manualSource: origin }),
    },
    losses: reader.losses.toLosses(),
  };
}

/** Name and section; the name as the section NAME spells it where the head has it in capitals. */
function titleOf({ name, section }: PageFacts, blocks: readonly string[]): string {
  if (name === '') return '';
  const words = (blocks.find((block) => !block.startsWith('#')) ?? '')
    .slice(0, 2000)
    .replace(/[`*\\]/g, '')
    .split(/[\s,]+/);
  const spelled = words.find((word) => word.toLowerCase() === name.toLowerCase());
  const shown = spelled ?? (name === name.toUpperCase() ? name.toLowerCase() : name);
  return section === '' ? shown : `${shown}(${section.toLowerCase()})`;
}

function dateOf(date: string): string {
  return isoTime(date.replace(/^\$Mdocdate:?\s*/, '').replace(/\s*\$$/, ''));
}

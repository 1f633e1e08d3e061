import { load, NullLogger } from '@asciidoctor/core';
import { EXTRACTED_LINES } from '../../../core/text/line-basis.js';
import { joinBlocks } from '../definition-list.js';
import { isoTime } from '../iso-time.js';
import { firstHeading, plainInline } from '../markdown.js';
import type { ParsedBody } from '../parsed-document.js';
import { AsciidocConverter } from './asciidoc-converter.js';
import { BLOCK_END, finishInline, withoutMarks } from './inline-marks.js';
import { boundRepeats, openUnknownConditions, SHOWN_ATTRIBUTE } from './known-conditions.js';

/** Header attributes that describe the document. */
const DESCRIBING = ['description', 'author', 'revdate', 'revnumber', 'keywords'];
const MAX_VALUE_CHARACTERS = 1000;

/**
 * Reads AsciiDoc as Markdown from the tree that Asciidoctor parses. No file is included, no extension runs. Run it in the parser's
 * thread: a hostile document can make it slow.
 */
export async function parseAsciidoc(source: string): Promise<ParsedBody> {
  const converter = new AsciidocConverter();
  const document = await load(openUnknownConditions(boundRepeats(withoutMarks(source))), {
    safe: 'secure',
    converter,
    logger: new NullLogger(),
    attributes: { [SHOWN_ATTRIBUTE]: '', experimental: '', relfilesuffix: '.adoc' },
  });
  const converted = await document.convert();
  const title = finishInline(document.hasHeader() ? (document.getDocumentTitle()?.toString() ?? '') : '');
  const blocks = String(converted).split(BLOCK_END);
  const text = joinBlocks(title === '' ? blocks : [`# ${title}`, ...blocks]);
  const named: Record<string, string> = {};
  for (const name of DESCRIBING) {
    const value: unknown = document.getAttribute(name);
    if (typeof value === 'string' && value !== '') named[name] = finishInline(value).slice(0, MAX_VALUE_CHARACTERS);
  }
  return {
    text,
    format: 'markdown',
    title: plainInline(title) || firstHeading(text),
    modifiedAt: isoTime(named['revdate'] ?? ''),
    metadata: { ...EXTRACTED_LINES, ...named },
    losses: converter.losses.toLosses(),
  };
}

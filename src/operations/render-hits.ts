import type { z } from 'zod';
import { sharedBase } from '../core/addresses/shared-base.js';
import { fenceText } from '../core/text/fence.js';
import { headingsOf } from '../core/text/heading-path.js';
import { lineBasisNote } from '../core/text/line-basis.js';
import { LONGEST_NAME, LONGEST_SYMBOL, lastPart } from '../services/retrieval/excerpts.js';
import { belowTitle, type HitOutput } from './hit-shape.js';
import { unavailableLines, type unavailableShape } from './shapes.js';

/**
 * Results for a person or a model: the lines to read first and one line for each other result, or, where no lines were picked,
 * the text of each; fenced by a bar, with place and scores.
 */
export function renderHits(output: {
  readonly results: readonly HitOutput[];
  readonly nextCursor: string | null;
  readonly hint: string | null;
  readonly unavailable: z.output<typeof unavailableShape>;
}): string {
  const { results, nextCursor } = output;
  const absent = unavailableLines(output.unavailable);
  if (results.length === 0) return [`No results. ${output.hint ?? ''}`.trimEnd(), ...absent].join('\n');
  const more = nextCursor === null ? [] : [`More with cursor ${nextCursor}`];
  const isShort = results.some(({ excerpts }) => excerpts.length > 0);
  const hits = isShort ? shortAnswer(results) : results.map(wholeHit).join('\n\n');
  return [hits, ...more, ...absent].join('\n\n');
}

function wholeHit(hit: HitOutput): string {
  const under = hit.symbol === '' ? belowTitle(hit.headingPath, hit.title).join(' > ') : hit.symbol;
  const path = under === '' ? '' : `\n   under ${under}`;
  const read = hit.context ?? hit;
  const cite = `${hit.documentId} @${hit.contentHash.slice(0, 12)} [${hit.start},${hit.end})`;
  const body = fenceText(read.text);
  const place = `${hit.url} lines ${read.startLine}-${read.endLine}${lineBasisNote(hit.lineBasis)}`;
  const matched = hit.context === null ? '' : ` (matched lines ${hit.startLine}-${hit.endLine})`;
  const facts = [`collection ${hit.collection}`, hit.sourceKind, hit.language, hit.licence].filter(
    (fact) => fact !== '',
  );
  return `${hit.rank}. ${hit.title}${path}\n   ${place}${matched}; ${facts.join(', ')}\n${body}${otherPlaces(hit)}\n   id ${hit.id}; cite ${cite}; score ${hit.score}${relevanceText(hit)}: ${hit.why}`;
}

function otherPlaces({ alsoIn, alsoInMore }: HitOutput, base = ''): string {
  const [first, ...others] = alsoIn;
  if (first === undefined) return '';
  const rest = others.length + alsoInMore;
  const more = rest === 0 ? '' : ` (${rest} more)`;
  return `\n   also in: ${first.title}, ${below(base, first.url)} lines ${first.startLine}-${first.endLine}${lineBasisNote(first.lineBasis)}${more}`;
}

function below(base: string, url: string): string {
  return url.startsWith(base) ? url.slice(base.length) : url;
}

function relevanceText({ relevance }: HitOutput): string {
  return relevance === null ? '' : `, relevance ${relevance.toFixed(2)}`;
}

/** What to read first of the best documents; one line for each result of which nothing is shown. */
function shortAnswer(results: readonly HitOutput[]): string {
  const collections = new Set(results.map(({ collection }) => collection)).size;
  const base = sharedBase(results.map(({ url }) => url));
  const shownIn = new Map(results.flatMap(({ rank, excerpts }) => excerpts.map(({ id }) => [id, rank] as const)));
  const parts = results.map((hit) => {
    const from = collections > 1 ? `; collection ${hit.collection}` : '';
    if (hit.excerpts.length > 0)
      return `${excerptsOf({ ...hit, url: below(base, hit.url) }, from)}${otherPlaces(hit, base)}\n`;
    const shown = shownIn.get(hit.id);
    return shown === undefined
      ? lineOf(hit, from)
      : `${hit.rank}. ${cut(hit.title, LONGEST_NAME)}: shown with ${shown}; ${hit.id}`;
  });
  const footer = 'Lines are picked: fetch reads a whole passage by its chk_ id, verify_citation checks it.';
  const addresses = base === '' ? '' : ` Addresses are below ${base}`;
  return `${parts.join('\n').trimEnd()}\n\n${footer}${addresses}`;
}

function excerptsOf(hit: HitOutput, from: string): string {
  const runs = joinRuns(hit.excerpts);
  return runs
    .map(({ ids, under, startLine, endLine, text }, at) => {
      const name = / \(lines \d+-\d+\)/.test(under) ? cut(under, LONGEST_SYMBOL) : under;
      const lines = `lines ${startLine}-${endLine}${lineBasisNote(hit.lineBasis)}`;
      const before = runs[at - 1];
      if (before === undefined) {
        const head = [hit.title, name].filter((part) => part !== '').join(' > ');
        const place = `${hit.url} ${lines}; ${ids.join(' ')}${from}; ${whyOf(hit)}`;
        return `${hit.rank}. ${head}\n   ${place}\n${fenceText(text)}`;
      }
      const news = ids.filter((id) => !before.ids.includes(id)).join(' ');
      const place = [lines, news, before.under === under ? '' : belowShared(name, before.under)]
        .filter((part) => part !== '')
        .join('; ');
      return `   ${place}\n${fenceText(text)}`;
    })
    .join('\n');
}

/** The headings of a path that are not those of the one before. */
function belowShared(path: string, before: string): string {
  const [parts, known] = [path.split(BELOW), before.split(BELOW)];
  const shared = parts.findIndex((part, at) => part !== known[at]);
  return shared < 0 ? (parts.at(-1) ?? '') : parts.slice(shared).join(BELOW);
}

const BELOW = ' > ';

type Run = Omit<HitOutput['excerpts'][number], 'id'> & { readonly ids: readonly string[] };

/** Excerpts of which nothing but line ends stand between are one, whatever passages they are from. */
function joinRuns(excerpts: HitOutput['excerpts']): Run[] {
  const runs: Run[] = [];
  for (const { id, ...excerpt } of excerpts) {
    const last = runs.at(-1);
    const lines = last === undefined ? 0 : excerpt.startLine - last.endLine;
    if (last !== undefined && excerpt.start - (last.start + last.text.length) === lines) {
      const text = last.text + '\n'.repeat(lines) + excerpt.text;
      runs[runs.length - 1] = { ...last, text, endLine: excerpt.endLine, ids: [...new Set([...last.ids, id])] };
    } else runs.push({ ...excerpt, ids: [id] });
  }
  return runs;
}

/** Title, nearest heading, file and why, each short. */
function lineOf(hit: HitOutput, from: string): string {
  const heading = headingsOf(belowTitle(hit.headingPath, hit.title)).at(-1) ?? '';
  const names = [hit.title, heading].filter((name) => name !== '').map((name) => cut(name, LONGEST_NAME));
  const file = cut(lastPart(hit.url), LONGEST_NAME);
  const place = hit.title.endsWith(file) ? '' : ` ${file}`;
  return `${hit.rank}. ${names.join(' > ')},${place} lines ${hit.startLine}-${hit.endLine}${lineBasisNote(hit.lineBasis)}; ${hit.id}${from}; ${whyOf(hit)}`;
}

/** The two scores that say most, or the one of a reranker. */
function whyOf({ scores: { vector, keyword, reranked } }: HitOutput): string {
  if (reranked !== null) return `reranker ${reranked.toFixed(2)}`;
  const meaning = vector === null ? [] : [`meaning ${vector.toFixed(2)}`];
  return [...meaning, ...(keyword === null ? [] : [`words ${keyword.toFixed(1)}`])].join(', ');
}

/** The text, or its beginning and an ellipsis. */
function cut(text: string, most: number): string {
  return text.length <= most ? text : `${[...text.slice(0, most - 1)].slice(0, -1).join('')}\u2026`;
}

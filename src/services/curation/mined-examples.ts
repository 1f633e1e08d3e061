import { detectLanguage } from '../../core/curation/detect-language.js';
import { type Example, parseExample } from '../../core/curation/example.js';
import { nameOf } from '../../core/curation/miners/document-name.js';
import { MINERS, type MinedPair, type MinerName } from '../../core/curation/miners/mined-pair.js';
import { passageKey, type WeedablePair, type WeedReason, weedPairs } from '../../core/curation/miners/weed-pairs.js';
import { throwIfCancelled } from '../../core/errors.js';
import type { Document } from '../../core/types.js';
import { breathe } from './dataset-access.js';

/** A document without its text, which would keep whole collections in memory. */
export type MinedDocument = Omit<Document, 'text'> & {
  /** What it is about, see `nameOf`. */
  readonly about: string;
};

/** A pair with the document that its passage stands in. */
export interface Found {
  readonly miner: MinerName;
  readonly document: MinedDocument;
  readonly pair: MinedPair;
}

/** What a miner found. */
export interface MinerYield {
  readonly miner: MinerName;
  /** Pairs that stay. */
  readonly pairs: number;
  /** Documents that they come from. */
  readonly documents: number;
  /** Pairs of which a twin was found before: the same anchor and passage, or the same passage by a better miner. */
  readonly repeated: number;
  /** Pairs left out because many documents share the passage. */
  readonly boilerplate: number;
  /** Pairs left out because their anchor names several passages. */
  readonly ambiguous: number;
  readonly samples: readonly { readonly anchor: string; readonly positive: string; readonly uri: string }[];
}

const SAMPLES = 4;
const SAMPLE_LENGTH = 240;

/** The document as mined pairs keep it. */
export function toMinedDocument(document: Document): MinedDocument {
  const { text: _text, ...rest } = document;
  return { ...rest, about: nameOf(document) };
}

/** Examples of all that was found, weeded, with the yield of each miner. */
export async function toMinedExamples(
  found: readonly Found[],
  miners: readonly MinerName[],
  signal: AbortSignal,
): Promise<{ examples: Example[]; yields: MinerYield[] }> {
  const weedable: WeedablePair[] = [];
  for (const [at, { pair, document }] of found.entries()) {
    await breathe(at);
    throwIfCancelled(signal);
    const { anchor, positive } = pair;
    const key = passageKey(positive);
    weedable.push({ anchor, positive, documentId: document.id, documentName: document.about, key });
  }
  const tallies = new Map(miners.map((miner) => [miner, newTally()]));
  const byId = new Map<string, Example>();
  const places = new Set<string>();
  for (const [at, weeding] of weedPairs(weedable).entries()) {
    await breathe(at);
    const entry = found[at];
    const tally = entry === undefined ? undefined : tallies.get(entry.miner);
    if (entry === undefined || tally === undefined) continue;
    if ('reason' in weeding) {
      tally[weeding.reason]++;
      continue;
    }
    const example = exampleOf(entry, weeding.anchor);
    // A heading that asks is also a question: the same passage is not taken twice. Links may lead to one page by many texts.
    const place = entry.miner === 'links' ? '' : `${entry.document.id} ${entry.pair.start} ${entry.pair.end}`;
    if (example === undefined) continue;
    if (byId.has(example.id) || places.has(place)) {
      tally.repeated++;
      continue;
    }
    if (place !== '') places.add(place);
    byId.set(example.id, example);
    tally.examples.push(example);
  }
  return { examples: [...byId.values()], yields: [...tallies].map(([miner, tally]) => yieldOf(miner, tally)) };
}

type Tally = Record<WeedReason | 'repeated', number> & { readonly examples: Example[] };

function newTally(): Tally {
  return { repeated: 0, boilerplate: 0, ambiguous: 0, examples: [] };
}

/** Samples are spread over what was found, so that they show more than the first document. */
function yieldOf(miner: MinerName, { examples, ...counts }: Tally): MinerYield {
  const step = examples.length / SAMPLES;
  const shown = examples
    .filter((_, at) => step <= 1 || Math.floor(at % step) === Math.floor(step / 2))
    .slice(0, SAMPLES);
  const samples = shown.flatMap(({ kind, fields, provenance }) =>
    kind === 'pair'
      ? [
          {
            anchor: fields.anchor.slice(0, SAMPLE_LENGTH),
            positive: fields.positive.slice(0, SAMPLE_LENGTH),
            uri: provenance.uri,
          },
        ]
      : [],
  );
  const documents = new Set(examples.map((example) => example.provenance.documentId)).size;
  return { miner, pairs: examples.length, documents, ...counts, samples };
}

/** Miners in the order in which they are asked: the heading of a question is a question first. */
export function inMiningOrder(miners: readonly MinerName[]): MinerName[] {
  return MINERS.filter((miner) => miner !== 'headings' && miners.includes(miner)).concat(
    miners.includes('headings') ? ['headings'] : [],
  );
}

function exampleOf({ miner, document, pair }: Found, anchor: string): Example | undefined {
  const parsed = parseExample({
    kind: 'pair',
    fields: { anchor, positive: pair.positive },
    licence: document.licence.slice(0, 200),
    category: (document.category === '' ? miner : document.category).slice(0, 200),
    language: languageOf(document, `${anchor}\n\n${pair.positive}`),
    provenance: {
      source: document.sourceId,
      uri: document.uri.slice(0, 4_000),
      documentId: document.id,
      contentHash: document.contentHash,
      start: pair.start,
      end: pair.end,
      method: 'mine',
      rule: miner,
    },
  });
  return 'example' in parsed ? parsed.example : undefined;
}

/** The language that the document names, else of prose the one that it seems to be written in. */
function languageOf({ language, format }: MinedDocument, text: string): string {
  return language === '' && format !== 'code' ? detectLanguage(text) : language.slice(0, 40);
}

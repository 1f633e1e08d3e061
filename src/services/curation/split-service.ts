import { sameTextKey } from '../../core/curation/exact-duplicates.js';
import { type Example, type SplitName, sidesOf } from '../../core/curation/example.js';
import { NearDuplicateFinder } from '../../core/curation/near-duplicates.js';
import type { DatasetVersion } from '../../core/curation/ports.js';
import {
  assignSplits,
  type ExampleLink,
  linkByKeys,
  proveSplits,
  type SplitMember,
  type SplitProof,
  type SplitShares,
} from '../../core/curation/split-examples.js';
import type { Job, JsonObject, JsonValue } from '../../core/types.js';
import type { ServiceContext } from '../context.js';
import type { JobHandle, JobService } from '../jobs.js';
import { breathe, DatasetAccess } from './dataset-access.js';

/** How a dataset is to be split. */
export interface SplitRequest {
  readonly dataset: string;
  readonly shares: SplitShares;
  readonly seed: number;
  /** Forgets the splits that examples have, and assigns all anew. */
  readonly reassign: boolean;
  readonly preview: boolean;
}

/** Whether an example takes part in splits: what is rejected, or still waits for a judge, belongs nowhere yet. */
function isSettled(example: Example): boolean {
  return example.review !== 'rejected' && example.review !== 'needs-review';
}

/** Longest text compared for near-duplicates, in characters. */
const MAX_TEXT = 20_000;

/** An example as the splitter sees it: its document, its address without fragment, its query and its cluster. */
function memberOf(example: Example, isFresh: boolean): SplitMember {
  const { prompt } = sidesOf(example);
  const { documentId, uri, cluster } = example.provenance;
  return {
    id: example.id,
    split: isFresh ? '' : example.split,
    keys: {
      'same-document': [documentId],
      'same-uri': [canonicalUri(uri)],
      // A short phrase such as a heading "Usage" is shared by chance; eight letters are a query.
      'same-query': [prompt.length < 8 ? '' : sameTextKey(prompt), cluster],
    },
  };
}

/** Without the place inside the page; `#ref:path` stays, since that names a file of a git repository. */
function canonicalUri(uri: string): string {
  return uri
    .replace(/#(?![^:]+:.).*$/, '')
    .replace(/\/(?:index\.html?)?$/, '')
    .replace(/^http:/, 'https:');
}

/** Links of near-duplicate answers and of near-duplicate prompts. */
async function nearDuplicateLinks(examples: readonly Example[]): Promise<ExampleLink[]> {
  const links: ExampleLink[] = [];
  for (const side of ['response', 'prompt'] as const) {
    const finder = new NearDuplicateFinder();
    for (const [at, example] of examples.entries()) {
      await breathe(at);
      finder.add(sidesOf(example)[side].slice(0, MAX_TEXT));
    }
    for (const { first, second } of finder.pairs()) links.push({ first, second, kind: 'near-duplicate' });
  }
  return links;
}

/** Checks the splits that examples have against every link between them; links count by place in the given list. */
export async function proveExamples(examples: readonly Example[]): Promise<SplitProof> {
  const members = examples.map((example) => memberOf(example, false));
  const links = [...linkByKeys(members), ...(await nearDuplicateLinks(examples))];
  return proveSplits(
    examples.map((example) => example.split),
    links,
  );
}

/** Splits datasets without leaks, and proves it. */
export class SplitService {
  readonly #jobs: JobService;
  readonly #access: DatasetAccess;

  constructor(context: ServiceContext, parts: { jobs: JobService }) {
    this.#jobs = parts.jobs;
    this.#access = new DatasetAccess(context);
  }

  /** Starts a job. @throws QuarryError DATASET_NOT_FOUND, INPUT_INVALID */
  async start(request: SplitRequest): Promise<Job> {
    await this.#access.require(request.dataset);
    assignSplits([], [], request);
    return this.#jobs.start({
      kind: 'split',
      subject: request.dataset,
      input: { dataset: request.dataset, shares: { ...request.shares }, seed: request.seed, preview: request.preview },
      work: (handle) => this.#run(request, handle),
    });
  }

  async #run(request: SplitRequest, handle: JobHandle): Promise<JsonValue> {
    const head = await this.#access.require(request.dataset);
    const examples = (await this.#access.examples(head)).filter(isSettled);
    handle.report({ stage: 'compare', done: 0, total: examples.length });
    const extra = await nearDuplicateLinks(examples);
    const members = examples.map((example) => memberOf(example, request.reassign));
    const { splits, links, moved, bridges } = assignSplits(members, extra, request);
    const proof = proveSplits(splits, links);
    const kinds = { 'same-document': 0, 'same-uri': 0, 'near-duplicate': 0, 'same-query': 0 };
    for (const link of links) kinds[link.kind]++;
    const summary: JsonObject = {
      counts: { ...proof.counts },
      links: kinds,
      edges: proof.edges,
      components: proof.components,
      largestComponent: proof.largestComponent,
      crossing: proof.crossing.length,
      moved: moved.map((at) => examples[at]?.id ?? '').slice(0, 50),
      movedRows: moved.length,
      bridges: bridges.map((at) => examples[at]?.id ?? '').slice(0, 50),
      bridgeRows: bridges.length,
      seed: request.seed,
      shares: { ...request.shares },
    };
    if (request.preview) return { ...summary, preview: true };
    const version = await this.#write(head, examples, splits, summary);
    return { ...summary, preview: false, version: version.version };
  }

  async #write(
    head: DatasetVersion,
    examples: readonly Example[],
    splits: readonly (SplitName | '')[],
    summary: JsonObject,
  ): Promise<DatasetVersion> {
    const byId = new Map(examples.map((example, at) => [example.id, splits[at] ?? '']));
    return this.#access.change(head, {
      message: `Split into ${['train', 'validation', 'test'].map((split) => `${splits.filter((one) => one === split).length} ${split}`).join(', ')}`,
      notes: { split: summary },
      transform: (example) => {
        const split = byId.get(example.id) ?? '';
        return split === example.split ? example : { ...example, split };
      },
    });
  }
}

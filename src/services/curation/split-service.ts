import { type Example, SPLITS, type SplitName } from '../../core/curation/example.js';
import type { DatasetVersion } from '../../core/curation/ports.js';
import { assignSplits, proveSplits, type SplitShares } from '../../core/curation/split-examples.js';
import type { Job, JsonObject, JsonValue } from '../../core/types.js';
import type { ServiceContext } from '../context.js';
import type { JobHandle, JobService } from '../jobs.js';
import { DatasetAccess } from './dataset-access.js';
import { linkExamples } from './split-links.js';

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
    const source = this.#access.source(head, isSettled);
    const { members, links: near } = await linkExamples(source, request.reassign, { stage: 'compare', handle });
    const { splits, links, moved, bridges } = assignSplits(members, near, request);
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
      moved: moved.map((at) => members[at]?.id ?? '').slice(0, 50),
      movedRows: moved.length,
      bridges: bridges.map((at) => members[at]?.id ?? '').slice(0, 50),
      bridgeRows: bridges.length,
      seed: request.seed,
      shares: { ...request.shares },
    };
    if (request.preview) return { ...summary, preview: true };
    const version = await this.#write(head, new Map(members.map(({ id }, at) => [id, splits[at] ?? ''])), summary);
    return { ...summary, preview: false, version: version.version };
  }

  async #write(
    head: DatasetVersion,
    byId: ReadonlyMap<string, SplitName | ''>,
    summary: JsonObject,
  ): Promise<DatasetVersion> {
    const splits = [...byId.values()];
    return this.#access.change(head, {
      message: `Split into ${SPLITS.map((split) => `${splits.filter((one) => one === split).length} ${split}`).join(', ')}`,
      notes: { split: summary },
      transform: (example) => {
        const split = byId.get(example.id) ?? '';
        return split === example.split ? example : { ...example, split };
      },
    });
  }
}

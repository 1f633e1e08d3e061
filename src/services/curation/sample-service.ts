import { type Example, sidesOf } from '../../core/curation/example.js';
import { countLabels } from '../../core/curation/histogram.js';
import type { DatasetAbout } from '../../core/curation/ports.js';
import { balanceBudget, sampleCentres, sampleMarginal, sampleRandom } from '../../core/curation/sample-diverse.js';
import { throwIfCancelled } from '../../core/errors.js';
import type { Job, JsonValue } from '../../core/types.js';
import type { ServiceContext } from '../context.js';
import type { JobHandle, JobService } from '../jobs.js';
import { DatasetAccess } from './dataset-access.js';

/** How a sample is drawn. */
export const SAMPLE_METHODS = ['k-centre', 'mmr', 'random'] as const;
/** What a sample is balanced by. */
export const BALANCE_KEYS = ['none', 'source', 'category', 'length', 'rule'] as const;

/** A sample to draw. */
export interface SampleRequest {
  readonly from: string;
  readonly name: string;
  readonly budget: number;
  readonly method: (typeof SAMPLE_METHODS)[number];
  readonly balance: (typeof BALANCE_KEYS)[number];
  readonly seed: number;
  readonly about: Partial<DatasetAbout>;
  /** Draws and counts, writes nothing. */
  readonly preview: boolean;
}

/** Largest set that the methods that compare everything with what was taken work on; a larger one is thinned at random first. */
const MAX_COMPARED = 20_000;
const EMBED_BATCH = 256;
const DIVERSITY = 0.5;

/** Draws diverse and balanced samples as new datasets. */
export class SampleService {
  readonly #context: ServiceContext;
  readonly #jobs: JobService;
  readonly #access: DatasetAccess;

  constructor(context: ServiceContext, parts: { jobs: JobService }) {
    this.#context = context;
    this.#jobs = parts.jobs;
    this.#access = new DatasetAccess(context);
  }

  /** Starts a job. @throws QuarryError DATASET_NOT_FOUND, ALREADY_EXISTS */
  async start(request: SampleRequest): Promise<Job> {
    await this.#access.require(request.from);
    await this.#access.requireFree(request.name);
    return this.#jobs.start({
      kind: 'sample',
      subject: request.name,
      input: {
        from: request.from,
        name: request.name,
        budget: request.budget,
        method: request.method,
        balance: request.balance,
      },
      work: (handle) => this.#run(request, handle),
    });
  }

  async #run(request: SampleRequest, handle: JobHandle): Promise<JsonValue> {
    const head = await this.#access.require(request.from);
    const examples = await this.#access.examples(head);
    const groups = groupBy(examples, request.balance);
    const quotas = balanceBudget(
      groups.map((group) => group.length),
      request.budget,
    );
    const chosen = new Set<string>();
    for (const [at, group] of groups.entries()) {
      const drawn = await this.#draw(group, quotas[at] ?? 0, request, handle);
      for (const example of drawn) chosen.add(example.id);
    }
    const sample = examples.filter((example) => chosen.has(example.id));
    const counts = countLabels(sample.map((example) => groupOf(example, request.balance))).map((bar) => ({ ...bar }));
    const summary = { rows: sample.length, of: examples.length, groups: counts, preview: request.preview };
    if (request.preview) return summary;
    const version = await this.#access.create(request.name, {
      message: `Sampled ${sample.length} of ${examples.length} examples of ${head.name} version ${head.version} (${request.method}, balanced by ${request.balance})`,
      about: { ...head.about, ...request.about },
      notes: { sample: { from: head.name, version: head.version, method: request.method, seed: request.seed } },
      append: sample,
    });
    handle.count('sampled', sample.length);
    return { ...summary, version: version.version };
  }

  async #draw(group: readonly Example[], quota: number, request: SampleRequest, handle: JobHandle): Promise<Example[]> {
    if (quota >= group.length) return [...group];
    const places = sampleRandom(group.length, request.method === 'random' ? quota : MAX_COMPARED, request.seed);
    const pool = places.flatMap((at) => group[at] ?? []);
    if (request.method === 'random') return pool;
    const vectors = await this.#embed(pool, handle);
    const taken =
      request.method === 'k-centre'
        ? sampleCentres(vectors, quota)
        : sampleMarginal(
            vectors,
            pool.map((example) => example.trust),
            { budget: quota, diversity: DIVERSITY },
          );
    return taken.flatMap((at) => pool[at] ?? []);
  }

  async #embed(examples: readonly Example[], handle: JobHandle): Promise<Float32Array[]> {
    const embedder = await this.#context.embedder();
    const vectors: Float32Array[] = [];
    for (let at = 0; at < examples.length; at += EMBED_BATCH) {
      throwIfCancelled(handle.signal);
      const texts = examples.slice(at, at + EMBED_BATCH).map((example) => {
        const { prompt, response } = sidesOf(example);
        return `${prompt}\n${response}`.slice(0, 4_000);
      });
      vectors.push(...(await embedder.embed(texts, 'document', handle.signal)));
      handle.report({ stage: 'vectors', done: vectors.length, total: examples.length });
    }
    return vectors;
  }
}

/** Ends of the length classes, in characters of the answer. */
const LENGTHS = [200, 500, 1_000, 2_000];

function groupOf(example: Example, key: SampleRequest['balance']): string {
  switch (key) {
    case 'none':
      return 'all';
    case 'source':
      return example.provenance.source;
    case 'category':
      return example.category;
    case 'rule':
      return example.provenance.rule;
    case 'length': {
      const { length } = sidesOf(example).response;
      const limit = LENGTHS.find((end) => length < end);
      return limit === undefined ? 'longer' : `under ${limit}`;
    }
  }
}

function groupBy(examples: readonly Example[], key: SampleRequest['balance']): Example[][] {
  const groups = new Map<string, Example[]>();
  for (const example of examples) {
    const name = groupOf(example, key);
    const known = groups.get(name);
    if (known === undefined) groups.set(name, [example]);
    else known.push(example);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

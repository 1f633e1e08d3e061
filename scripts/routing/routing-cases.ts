import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dot } from '../../src/core/ranking/cosine.js';
import type { CandidateEvidence, ScopeEvidence } from '../../src/core/specialists/routing.js';
import type { ToolEvidence } from '../../src/core/specialists/tool-choice.js';
import type { Collection } from '../../src/core/types.js';
import { openQuarry, type Quarry } from '../../src/quarry.js';
import { Absentees } from '../../src/services/ask-each.js';
import { ContentCentres } from '../../src/services/specialists/content-centres.js';
import { type RouteCandidate, RouteEvidenceReader } from '../../src/services/specialists/route-evidence.js';
import { toolEvidenceOf } from '../../src/services/specialists/routed-steps.js';
import { ToolShelf } from '../../src/services/specialists/tool-shelf.js';
import type { RoutingSuite, SuiteTask } from './routing-suite.js';

/** What is known of a task, and what the baselines say of it. */
export interface RoutingCase {
  readonly task: SuiteTask;
  readonly vector: Float32Array;
  readonly scope: ScopeEvidence;
  /** In the order of the suite's specialists, without past tasks. */
  readonly candidates: readonly CandidateEvidence[];
  /** Score of the best passage by BM25 alone, and cosine to the middle of the contents, in the same order. */
  readonly keyword: readonly number[];
  readonly centroid: readonly number[];
  /** In the order of the suite's tools; undefined for a task in which no word can be searched. */
  readonly tools: readonly ToolCase[];
}

/** A tool for a task. */
export interface ToolCase {
  readonly name: string;
  readonly evidence: ToolEvidence;
  readonly keyword: number;
}

/** Makes a workspace with the suite's specialists, and reads what the product knows of each task. */
export async function readCases(
  suite: RoutingSuite,
  say: (line: string) => void,
): Promise<{ readonly cases: readonly RoutingCase[]; readonly revision: string }> {
  const home = await mkdtemp(join(tmpdir(), 'quarry-routing-'));
  const quarry = await openQuarry({ home, logLevel: 'error', allowRemoteModels: false });
  try {
    for (const specialist of suite.specialists) {
      say(`indexing ${specialist.name}`);
      await makeSpecialist(quarry, specialist);
    }
    const { fingerprint } = await quarry.services.context.embedder();
    const cases: RoutingCase[] = [];
    const read = await caseReader(quarry, suite);
    for (const task of suite.tasks) cases.push(await read(task));
    return { cases, revision: fingerprint.revision };
  } finally {
    await quarry.close();
    await rm(home, { recursive: true, force: true });
  }
}

/** A specialist with a collection of its own. */
export async function makeSpecialist(quarry: Quarry, specialist: RoutingSuite['specialists'][number]): Promise<void> {
  const { name, description, categories, documents } = specialist;
  for (const target of documents) {
    const { output } = await quarry.execute('ingest', { target, collection: name });
    await quarry.waitForJob(output.jobId);
  }
  await quarry.execute('specialist_create', { name, description, categories: [...categories], collections: [name] });
}

async function caseReader(quarry: Quarry, suite: RoutingSuite): Promise<(task: SuiteTask) => Promise<RoutingCase>> {
  const { context, collections, retrieve } = quarry.services;
  const { registry } = await quarry.services.specialists();
  const past = { helped: () => Promise.resolve([]), ofTools: () => Promise.resolve(new Map()) };
  const reader = new RouteEvidenceReader(context, { collections, retrieve, past });
  const candidates = await Promise.all(
    suite.specialists.map(async ({ name }): Promise<RouteCandidate> => {
      const specialist = await registry.get(name);
      return { specialist, collections: await collections.select(specialist.collections) };
    }),
  );
  const all = candidates.flatMap((one) => one.collections);
  const embedder = await context.embedder();
  const middles = new ContentCentres(context);
  const centres = await Promise.all(candidates.map((one) => middles.of(one.collections)));
  const shelf = new ToolShelf(context);
  return async (task) => {
    const evidence = await reader.read(task.text, candidates, { absentees: new Absentees() });
    const [vector = new Float32Array(embedder.fingerprint.dimensions)] = await embedder.embed([task.text], 'query');
    const keyword = await keywordScores(quarry, task, { all, candidates });
    const tools = await shelf.rank(task.text, suite.tools);
    return {
      task,
      vector,
      keyword,
      scope: evidence.scope,
      candidates: evidence.candidates,
      centroid: centres.map((centre) => (centre === undefined ? 0 : dot(vector, centre))),
      tools: tools.map((ranked) => ({
        name: ranked.tool.name,
        evidence: toolEvidenceOf(ranked),
        keyword: ranked.hit.keyword?.score ?? 0,
      })),
    };
  };
}

async function keywordScores(
  quarry: Quarry,
  task: SuiteTask,
  { all, candidates }: { all: readonly Collection[]; candidates: readonly RouteCandidate[] },
): Promise<number[]> {
  const hits = await quarry.services.retrieve.rank({
    query: task.text.replaceAll('"', ' '),
    collections: all,
    settings: { mode: 'keyword' },
    depth: 400,
  });
  return candidates.map(({ specialist }) => {
    const own = hits.find(({ collection }) => specialist.collections.includes(collection));
    return own?.fused ?? 0;
  });
}

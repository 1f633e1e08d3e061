import { createRequire } from 'node:module';
import {
  type ContrastiveBatch,
  type ContrastiveEngine,
  type ContrastiveResult,
  finishContrast,
} from '../core/training/contrastive-engine.js';
import { buildContrastiveGraph } from '../core/training/contrastive-graph.js';

/** The few names of onnxruntime-node that we call. */
interface OnnxRuntime {
  readonly InferenceSession: {
    create(model: Uint8Array, options: Readonly<Record<string, unknown>>): Promise<OnnxSession>;
  };
  readonly Tensor: new (type: string, content: Float32Array | Int32Array, shape: readonly number[]) => OnnxTensor;
}

interface OnnxSession {
  run(feeds: Readonly<Record<string, OnnxTensor>>): Promise<Record<string, OnnxTensor>>;
  release(): Promise<void>;
}

interface OnnxTensor {
  readonly data: unknown;
}

/**
 * onnxruntime comes with transformers.js and is resolved from there, so that both use one copy; it is not a
 * dependency of its own. As a matrix library it does a batch of 2,048 x 2,048 x 256 in 29 ms on two cores, where loops would take seconds.
 */
function loadOnnxRuntime(): OnnxRuntime {
  const fromQuarry = createRequire(import.meta.url);
  const fromTransformers = createRequire(fromQuarry.resolve('@xenova/transformers'));
  // The package's own types say the same; they cannot be imported without a direct dependency.
  return fromTransformers('onnxruntime-node') as OnnxRuntime;
}

/** A contrastive engine on onnxruntime. `close` frees its sessions. */
export interface OnnxEngine extends ContrastiveEngine {
  close(): Promise<void>;
}

/** @param threads threads of the matrix products; the result does not depend on it. */
export function createOnnxEngine(threads: number): OnnxEngine {
  const { InferenceSession, Tensor } = loadOnnxRuntime();
  const sessions = new Map<number, Promise<OnnxSession>>();
  const sessionFor = (temperature: number): Promise<OnnxSession> => {
    const known = sessions.get(temperature);
    if (known) return known;
    const created = InferenceSession.create(buildContrastiveGraph(temperature), {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      // Waiting threads would burn the time that the loops between two products need.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
    sessions.set(temperature, created);
    return created;
  };
  const feedsOf = (batch: ContrastiveBatch): Record<string, OnnxTensor> => {
    const rows = batch.queryGroups.length;
    const columns = batch.passageGroups.length;
    const places = Int32Array.from({ length: columns }, (_, place) => place);
    const weights = Float32Array.from({ length: columns }, (_, place) => (place < rows ? 1 : 0));
    return {
      queries: new Tensor('float32', batch.queries, [rows, batch.dimensions]),
      passages: new Tensor('float32', batch.passages, [columns, batch.dimensions]),
      query_groups: new Tensor('int32', batch.queryGroups, [rows, 1]),
      passage_groups: new Tensor('int32', batch.passageGroups, [1, columns]),
      query_places: new Tensor('int32', places.subarray(0, rows), [rows, 1]),
      passage_places: new Tensor('int32', places, [1, columns]),
      column_weights: new Tensor('float32', weights, [1, columns]),
    };
  };
  return {
    contrast: async (batch, temperature): Promise<ContrastiveResult> => {
      const session = await sessionFor(temperature);
      const outputs = await session.run(feedsOf(batch));
      // The graph declares every output as float32.
      const read = (name: string): Float32Array => outputs[name]?.data as Float32Array;
      return finishContrast(batch, temperature, {
        rowSums: read('row_sums'),
        columnSums: read('column_sums'),
        queryProducts: read('query_products'),
        passageProducts: read('passage_products'),
      });
    },
    close: async () => {
      for (const session of sessions.values()) await (await session).release();
      sessions.clear();
    },
  };
}

import type { PreTrainedModel, Tensor } from '@xenova/transformers';
import { messageOf, QuarryError } from '../core/errors.js';
import type { ChildMessage, OpenMessage, ParentMessage, RunMessage } from './inference-protocol.js';
import { normalizeVector, poolTokens } from './pool-tokens.js';

/**
 * Entry of the process that runs a transformer: inference holds its thread, and a native crash or a kill must not take the
 * parent along. Loads one model and runs one input after the other, alone and unpadded: batches are no faster on a CPU, and 8-bit
 * vectors would depend on their batch mates.
 */

let run: ((message: RunMessage) => Promise<Float32Array>) | undefined;
let last: Promise<void> = Promise.resolve();

process.on('message', (message: ParentMessage) => {
  last = last.then(() => (message.type === 'open' ? open(message) : answer(message)));
});
// The parent is gone. A plain exit could meet a run in progress and abort with a core dump.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

async function open(message: OpenMessage): Promise<void> {
  try {
    run = await loadModel(message);
    send({ type: 'ready' });
  } catch (error) {
    send({ type: 'broken', reason: messageOf(error) });
  }
}

async function answer(message: RunMessage): Promise<void> {
  try {
    if (!run) throw new QuarryError('INTERNAL', 'No model was loaded.');
    send({ type: 'done', id: message.id, values: await run(message) });
  } catch (error) {
    send({ type: 'failed', id: message.id, reason: messageOf(error) });
  }
}

function send(message: ChildMessage): void {
  // Without a callback a parent that has just left makes this throw.
  process.send?.(message, undefined, undefined, () => undefined);
}

async function loadModel({ task, folder, dtype, pooling, threads }: OpenMessage) {
  const {
    AutoModel,
    AutoModelForSequenceClassification,
    env,
    LogLevel,
    Tensor: TensorClass,
  } = await import('@xenova/transformers');
  // Its error logs would print the inputs.
  env.logLevel = LogLevel.NONE;
  env.allowRemoteModels = false;
  const Model = task === 'embed' ? AutoModel : AutoModelForSequenceClassification;
  const model: PreTrainedModel = await Model.from_pretrained(folder, {
    local_files_only: true,
    device: 'cpu',
    // Checked against the list of known kinds before this process was started.
    dtype: dtype as 'q8',
    session_options: {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      enableMemPattern: false,
      // Spinning threads would starve the rest of the machine between two runs.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    },
  });
  const toTensor = (values: readonly number[]): Tensor =>
    new TensorClass(
      'int64',
      BigInt64Array.from(values, (value) => BigInt(value)),
      [1, values.length],
    );
  return async ({ ids, types }: RunMessage): Promise<Float32Array> => {
    const outputs: Record<string, Tensor> = await model({
      input_ids: toTensor(ids),
      attention_mask: toTensor(ids.map(() => 1)),
      token_type_ids: toTensor(types),
    });
    return task === 'score' ? numbers(outputs['logits']) : vectorOf(outputs, ids.length, pooling);
  };
}

function vectorOf(outputs: Record<string, Tensor>, tokens: number, pooling: OpenMessage['pooling']): Float32Array {
  const perToken = outputs['last_hidden_state'] ?? outputs['token_embeddings'];
  if (pooling === 'none' || !perToken) return normalizeVector(numbers(outputs['sentence_embedding']));
  return poolTokens(numbers(perToken), tokens, pooling);
}

function numbers(output: Tensor | undefined): Float32Array {
  if (!output)
    throw new QuarryError(
      'MODEL_UNAVAILABLE',
      'its graph lacks the output that is needed (last_hidden_state or sentence_embedding; logits for a reranker)',
    );
  const { data } = output.to('float32');
  if (!(data instanceof Float32Array)) throw new QuarryError('MODEL_UNAVAILABLE', 'The model gives no numbers.');
  return data;
}

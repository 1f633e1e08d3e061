import { parentPort } from 'node:worker_threads';
import { takeLongTexts } from './long-texts.js';
import { type ParseAnswer, type ParseRequest, parseBytes } from './parse-json.js';

const received = new Map<number, Uint8Array[]>();

parentPort?.on('message', ({ id, part }: ParseRequest) => {
  const parts = received.get(id) ?? [];
  received.set(id, parts);
  if (part !== undefined) {
    parts.push(part);
    return;
  }
  received.delete(id);
  const { fault, value } = parseBytes(parts);
  if (fault !== undefined) answer({ id, fault }, []);
  else {
    const parsed = takeLongTexts(value);
    answer(
      { id, parsed },
      parsed.texts.map(({ bytes }) => bytes.buffer),
    );
  }
});

function answer(message: ParseAnswer, memory: ArrayBuffer[]): void {
  parentPort?.postMessage(message, memory);
}

import type { Readable } from 'node:stream';

/** Streams that rest, in the order in which they began to. */
const resting = new Set<Readable>();
let isTurnDue = false;

/**
 * Reads a flowing stream part by part, and of all streams so read one part in each turn of the event loop, so that clients
 * who send megabytes at once hold up nobody else: a socket that is read as fast as it can be gives up to two megabytes in
 * one go.
 * @returns stops it, and leaves the stream as it is
 */
export function pace(stream: Readable): () => void {
  const rest = (): void => {
    stream.pause();
    resting.add(stream);
    takeTurns();
  };
  stream.on('data', rest);
  return () => {
    resting.delete(stream);
    stream.off('data', rest);
  };
}

function takeTurns(): void {
  if (isTurnDue || resting.size === 0) return;
  isTurnDue = true;
  setImmediate(() => {
    isTurnDue = false;
    const [next] = resting;
    if (next === undefined) return;
    resting.delete(next);
    next.resume();
    takeTurns();
  });
}

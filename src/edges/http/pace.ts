import type { Readable } from 'node:stream';

/**
 * Reads a flowing stream one part in each turn of the event loop, so that a client who sends megabytes at once holds up
 * nobody else: a socket that is read as fast as it can be gives up to two megabytes in one go.
 * @returns stops it, and leaves the stream as it is
 */
export function pace(stream: Readable): () => void {
  let turn: NodeJS.Immediate | undefined;
  const rest = (): void => {
    stream.pause();
    turn ??= setImmediate(() => {
      turn = undefined;
      stream.resume();
    });
  };
  stream.on('data', rest);
  return () => {
    clearImmediate(turn);
    stream.off('data', rest);
  };
}

import { expect, test } from '@jest/globals';
import { passageKey, type WeedablePair, weedPairs } from '../../../src/core/curation/miners/weed-pairs.js';

const pair = (documentName: string, anchor: string, positive: string): WeedablePair => ({
  anchor,
  positive,
  documentId: documentName,
  documentName,
  key: passageKey(positive),
});

test('a passage that three documents share is boilerplate; two documents, or words of its own, are not', () => {
  const support = (name: string): WeedablePair =>
    pair(name, `${name}: Support`, 'See **support.md** in the [main](https://x.org) repository for ways to get help.');
  const install = (name: string): WeedablePair =>
    pair(name, `${name}: Installation`, `Run npm install ${name} in your project.`);
  const kept = [support('zipper'), support('kiln'), ...['zipper', 'kiln', 'loom'].map(install)];
  expect(weedPairs(kept)).toEqual(kept.map(({ anchor }) => ({ anchor })));
  expect(weedPairs(['zipper', 'kiln', 'loom'].map(support))).toEqual(Array(3).fill({ reason: 'boilerplate' }));
});

test('one page under many link texts is no boilerplate', () => {
  const links = ['the loom', 'weaving on the loom', 'how looms are kept'].map((anchor) =>
    pair('loom', anchor, 'The loom stands in the hall and is kept dry all year.'),
  );
  expect(weedPairs(links)).toEqual(links.map(({ anchor }) => ({ anchor })));
});

test('an anchor that names several passages gets the names of their documents', () => {
  expect(
    weedPairs([
      pair('queue', 'Returns the next item.', 'while self.empty(): wait on the getter and pop the left one'),
      pair('mailbox', 'returns the next item.', 'read the file of the message that the key stands for'),
      pair('loom', 'Stops the loom.', 'self.motor.brake(hard=True) and wait for the shuttle'),
    ]),
  ).toEqual([
    { anchor: 'queue: Returns the next item.' },
    { anchor: 'mailbox: returns the next item.' },
    { anchor: 'Stops the loom.' },
  ]);
});

test('where names do not help, versions of one passage leave the first, different passages none', () => {
  const first = 'function readFile(path: string, options: Options): Promise<Buffer>';
  expect(
    weedPairs([
      pair('fs', 'Reads a file.', first),
      pair('fs', 'Reads a file.', `${first.replace('Options', 'Options | null')};`),
      pair('pool', 'Closes it.', 'this.sockets.forEach((socket) => socket.destroy())'),
      pair('pool', 'Closes it.', 'await file.sync(); return file.release(handle)'),
    ]),
  ).toEqual([
    { anchor: 'fs: Reads a file.' },
    { reason: 'ambiguous' },
    { reason: 'ambiguous' },
    { reason: 'ambiguous' },
  ]);
});

import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { Background } from '../../../src/store/resident/background.js';

describe('work in the background', () => {
  it('is done piece by piece, in order, also after one that failed', async () => {
    const background = new Background();
    const events: string[] = [];
    const piece = (name: string) => async () => {
      events.push(`${name} begins`);
      await nextTurn();
      events.push(`${name} ends`);
      if (name === 'second') throw new Error('broken');
      return name;
    };
    const done = await Promise.allSettled(['first', 'second', 'third'].map((name) => background.run(piece(name))));
    expect(done.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(events).toEqual(['first', 'second', 'third'].flatMap((name) => [`${name} begins`, `${name} ends`]));
  });

  it('waits for a search, but not for ever', async () => {
    const background = new Background();
    const events: string[] = [];
    let end: () => void = () => undefined;
    const endless = background.search(() => new Promise<void>((resolve) => (end = resolve)));
    const work = background.run(async () => events.push('work'));
    await nextTurn();
    events.push('search');
    await work;
    expect(events).toEqual(['search', 'work']);
    end();
    await endless;
  });

  it('hands on what a search gives and throws', async () => {
    const background = new Background();
    expect(await background.search(async () => 5)).toBe(5);
    await expect(background.search(() => Promise.reject(new Error('not found')))).rejects.toThrow('not found');
    expect(await background.run(async () => 6)).toBe(6);
  });
});

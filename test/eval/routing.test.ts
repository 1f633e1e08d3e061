import { existsSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { readRoutingSuite } from '../../scripts/routing/routing-suite.js';

test('the routing suite is whole: targets exist, no task is there twice, and tasks for nobody have no judgments', async () => {
  const { specialists, tools, tasks } = await readRoutingSuite();
  const [named, offered] = [new Set(specialists.map(({ name }) => name)), new Set(tools.map(({ name }) => name))];
  for (const folder of specialists.flatMap(({ documents }) => documents))
    expect([folder, existsSync(folder)]).toEqual([folder, true]);
  expect(new Set(tasks.map(({ text }) => text.toLowerCase())).size).toBe(tasks.length);
  for (const task of tasks) {
    expect([task.id, [...task.specialists].every((name) => named.has(name))]).toEqual([task.id, true]);
    expect([task.id, [...task.tools].every((name) => offered.has(name))]).toEqual([task.id, true]);
    expect([task.id, task.specialists.size > 0]).toEqual([task.id, task.type !== 'unanswerable']);
  }
  for (const split of ['train', 'test']) {
    const own = tasks.filter((task) => task.split === split);
    expect(own.filter(({ specialists: right }) => right.size > 0).length).toBeGreaterThan(150);
    expect(own.filter(({ type }) => type === 'unanswerable').length).toBeGreaterThan(80);
  }
});

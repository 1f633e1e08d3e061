/**
 * Grades work items and writes the labels into the dataset after every fourth, until all is done or it is killed; tells its
 * parent what was acknowledged: `node labels-loop.child.js HOME DATASET`.
 */
import { openTestWorkspace } from '../support/workspace.js';

const [home = '', name = ''] = process.argv.slice(2);
const quarry = await openTestWorkspace(home);
let graded = 0;
for (;;) {
  const { items } = (await quarry.execute('curate_next', { name, judge: 'ann', count: 4 })).output;
  if (items.length === 0) break;
  for (const { item, passages } of items) {
    const grades = passages.map(({ label, text }, at) =>
      at === 0 ? { label, grade: 3, quote: text.slice(0, 60) } : { label, grade: 0 },
    );
    const { accepted } = (await quarry.execute('curate_submit', { name, judge: 'ann', item, answer: { grades } }))
      .output;
    if (accepted) process.send?.({ accepted: ++graded });
  }
  const { dataset } = (await quarry.execute('dataset_edit', { name, applyLabels: 'grade' })).output;
  process.send?.({ version: dataset.version, rows: dataset.rows });
}
await quarry.close();
process.exit(0);

#!/usr/bin/env bash
# One LanceDB full-text query scores rows that its index covers, and rows that wait for it, by different statistics: of two
# rows of equal text the one that waits gets another score, until the index is brought up to date. Scores of one list cannot
# be compared then. Hence Quarry scores waiting rows itself, by the index's weights (docs/decisions/0005-vectors-in-memory.md).
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-fund --no-audit --ignore-scripts @lancedb/lancedb@0.31.0 apache-arrow@18.1.0 >/dev/null
cat > try.cjs <<'JS'
const lance = require('@lancedb/lancedb');
const textOf = (n) => `common ${n % 10 === 0 ? 'rare' : 'usual'} own${n}${' filler'.repeat(n % 30)}`;
(async () => {
  const rows = Array.from({ length: 1000 }, (_, n) => ({ n, text: textOf(n) }));
  const table = await (await lance.connect('./db')).createTable('t', rows);
  const config = { baseTokenizer: 'whitespace', stem: false, removeStopWords: false, withPosition: false };
  await table.createIndex('text', { config: lance.Index.fts(config) });
  await table.add([{ n: 5000, text: textOf(10) }]);
  const scores = async () => {
    const query = table.query().fullTextSearch('rare own10', { columns: 'text' }).select(['n', '_score']).limit(2000);
    const hits = await query.toArray();
    return [10, 5000].map((n) => hits.find((hit) => hit.n === n)._score.toFixed(3));
  };
  const [waiting, folded] = [await scores(), (await table.optimize(), await scores())];
  console.log(`@lancedb/lancedb ${JSON.parse(require('node:fs').readFileSync('node_modules/@lancedb/lancedb/package.json', 'utf8')).version}`);
  console.log('expected: rows of equal text have equal scores in one list');
  console.log(`seen: ${waiting.join(' and ')} while the second row waits for the index, ${folded.join(' and ')} afterwards`);
  if (waiting[0] === waiting[1] || folded[0] !== folded[1]) { console.log('This has changed: read the decision again.'); process.exit(1); }
})();
JS
LANCEDB_LOG=error node try.cjs

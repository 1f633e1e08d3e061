#!/usr/bin/env bash
# LanceDB tells a stale writer of a conflict by the manifests between its version and the newest. Where clean-up has dropped
# these, the conflict is not seen: a deletion from a handle that is behind brings a row back that another writer deleted.
# Hence Quarry drops old versions only when nobody else has the database open (docs/decisions/0001-lancedb-version.md).
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-fund --no-audit --ignore-scripts @lancedb/lancedb@0.31.0 apache-arrow@18.1.0 >/dev/null
cat > try.cjs <<'JS'
const lance = require('@lancedb/lancedb');
const { mkdtempSync } = require('node:fs');
async function rowsThatCameBack(clean) {
  const place = mkdtempSync('./db-');
  const rows = Array.from({ length: 1000 }, (_, id) => ({ id, text: `row ${id}` }));
  const b = await (await lance.connect(place, { readConsistencyInterval: 0 })).createTable('t', rows);
  await b.createIndex('id');
  const a = await (await lance.connect(place)).openTable('t'); // a writer that is behind from here on
  await b.delete('id = 1');
  await b.add([{ id: 5000, text: 'later' }]);
  if (clean) await b.optimize({ cleanupOlderThan: new Date(Date.now() + 60_000) });
  await a.delete('id = 2').catch(() => undefined);
  await b.checkoutLatest();
  return b.countRows('id = 1');
}
(async () => {
  const [kept, cleaned] = [await rowsThatCameBack(false), await rowsThatCameBack(true)];
  console.log(`@lancedb/lancedb ${JSON.parse(require('node:fs').readFileSync('node_modules/@lancedb/lancedb/package.json', 'utf8')).version}`);
  console.log('expected: a row deleted by one writer stays deleted, or the other writer is refused (0 and 0)');
  console.log(`seen: ${kept} with old versions kept, ${cleaned} after clean-up`);
  if (kept !== 0 || cleaned !== 1) { console.log('This has changed: read the decision again.'); process.exit(1); }
})();
JS
LANCEDB_LOG=error node try.cjs

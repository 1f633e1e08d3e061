import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { damageFile, filesOfKind, WAYS } from '../support/damage.js';
import { ingestAndWait, openTestWorkspace, removeFolder, temporaryFolder } from '../support/workspace.js';

let folder: string;
let whole: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  whole = join(folder, 'whole');
  const pages = join(folder, 'pages');
  await mkdir(pages);
  for (let page = 0; page < 12; page++)
    await writeFile(join(pages, `${page}.md`), `# Page ${page}\n\nKettles of quarry ${page} and what they hold.\n`);
  const quarry = await openTestWorkspace(whole);
  await ingestAndWait(quarry, pages, { collection: 'docs' });
  await quarry.close();
});

afterAll(() => removeFolder(folder));

test('a missing file of any index is named by the doctor', async () => {
  const tables = join(whole, 'workspaces', 'default');
  const table = (await readdir(tables)).find((name) => name.startsWith('k_docs_')) ?? '';
  const files = filesOfKind(join(tables, table), '_indices');
  const names = new Set(files.map((file) => basename(file)));
  for (const name of ['page_data.lance', 'page_lookup.lance', 'bitmap_page_lookup.lance', 'metadata.lance'])
    expect(names).toContain(name);
  for (const [at, file] of files.entries()) {
    const home = join(folder, `copy-${at}`);
    await cp(whole, home, { recursive: true });
    damageFile(file.replace(whole, home), WAYS[0]);
    const quarry = await openTestWorkspace(home);
    const { output } = await quarry.execute('doctor', {});
    await quarry.close();
    await removeFolder(home);
    const found = output.findings.filter(({ ok, detail }) => !ok && detail.startsWith('Indexes cannot be read'));
    expect([basename(dirname(file)), basename(file), found.length]).toEqual([
      basename(dirname(file)),
      basename(file),
      1,
    ]);
  }
});

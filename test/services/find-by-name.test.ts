import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Quarry } from '../../src/quarry.js';
import { ingestAndWait, openTestWorkspace, removeFolder, temporaryFolder } from '../support/workspace.js';

const FILES: Readonly<Record<string, string>> = {
  'docs/payments/README.md': '# Overview\n\nHow money flows through the ledger.\n',
  'docs/payments/eu/README.md': '# SEPA\n\nMandates for direct debits.\n',
  'docs/handbook.md': '---\naliases: [Blue Book]\n---\n\n# Welcome\n\nRules for everyone.\n',
  'docs/paths.md':
    '# Paths\n\nThe docs and payments folders hold a README file of the page each; ports are 3 and 14.\n',
  'menus/old menu/café menu.md': '# Espresso\n\nTwo fifty.\n',
  'log.md': '# Log\n\nSee https://example.org/o/r/commit/3f9d2c7a8b1e4f6d9c0b2a1e8d7f6c5b4a392817 of May.\n',
};

let home: string;
let folder: string;
let quarry: Quarry;

beforeAll(async () => {
  home = await temporaryFolder();
  folder = await temporaryFolder();
  for (const [name, text] of Object.entries(FILES)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  quarry = await openTestWorkspace(home);
  await ingestAndWait(quarry, folder);
});

afterAll(async () => {
  await quarry.close();
  await removeFolder(home);
  await removeFolder(folder);
});

const addressOf = (path: string): string => pathToFileURL(join(folder, path)).href;

test.each<[string, (path: string) => string]>([
  ['docs/payments/README.md', addressOf],
  ['docs/payments/README.md', (path) => join(folder, path)],
  ['docs/payments/README.md', (path) => `${path}:3`],
  ['docs/payments/README.md', (path) => `${path}#L3`],
  ['docs/payments/README.md', (path) => path.replaceAll('/', '\\')],
  ['docs/payments/README.md', () => 'payments folder README'],
  ['docs/payments/README.md', () => 'README of the payments folder'],
  ['docs/payments/eu/README.md', (path) => `what is in ${path}:2`],
  ['menus/old menu/café menu.md', (path) => path],
  ['menus/old menu/café menu.md', (path) => encodeURI(path)],
  ['menus/old menu/café menu.md', addressOf],
  ['docs/handbook.md', () => 'the Blue Book'],
  ['log.md', () => '3f9d2c7'],
])('%s is first for what it is called', async (path, typed) => {
  for (const mode of ['hybrid', 'keyword'] as const) {
    const { output } = await quarry.execute('search', { query: typed(path), mode });
    expect(output.results[0]?.url).toBe(addressOf(path));
  }
});

import type { JsonObject } from '../../../src/core/types.js';

/** A field of an operation that names a place, with everything else that a call needs. */
export interface PlaceField {
  readonly operation: string;
  readonly field: string;
  readonly access: 'read' | 'write';
  /** It makes something new, and never takes the place of what is there. */
  readonly replacesNothing?: true;
  /** What of the tree outside of the roots this field would open: a name below `outside`. */
  readonly prey: string;
  /** The same of the tree inside, for what may be named there. */
  input(place: string): JsonObject;
}

const run = { run: 'allowed/run.trec', qrels: 'allowed/suite/qrels/test.tsv' };

/**
 * Every field that names a path, an address or a repository. `prey` is what lies outside of the roots in the form that the
 * field takes, so that nothing but the roots stands between a caller and it.
 */
export const PLACE_FIELDS: readonly PlaceField[] = [
  { operation: 'ingest', field: 'target', access: 'read', prey: 'docs', input: (target) => ({ target }) },
  {
    operation: 'ingest',
    field: 'options',
    access: 'read',
    prey: 'repo.git',
    input: (gitUrl) => ({ target: 'owner/repo', options: { gitUrl } }),
  },
  { operation: 'benchmark_run', field: 'suite', access: 'read', prey: 'suite', input: (suite) => ({ suite }) },
  {
    operation: 'benchmark_score',
    field: 'run',
    access: 'read',
    prey: 'run.trec',
    input: (place) => ({ ...run, run: place }),
  },
  {
    operation: 'benchmark_score',
    field: 'qrels',
    access: 'read',
    prey: 'suite/qrels/test.tsv',
    input: (qrels) => ({ ...run, qrels, complete: true }),
  },
  {
    operation: 'benchmark_score',
    field: 'against',
    access: 'read',
    prey: 'run.trec',
    input: (against) => ({ ...run, against }),
  },
  {
    operation: 'benchmark_gate',
    field: 'suite',
    access: 'read',
    prey: 'suite',
    input: (suite) => ({ suite, baseline: 'allowed/baseline.json' }),
  },
  {
    operation: 'benchmark_gate',
    field: 'baseline',
    access: 'read',
    prey: 'baseline.json',
    input: (baseline) => ({ suite: 'allowed/suite', baseline }),
  },
  {
    operation: 'benchmark_export_suite',
    field: 'suite',
    access: 'read',
    prey: 'suite',
    input: (suite) => ({ suite, folder: 'taken', overwrite: true, confirm: true }),
  },
  {
    operation: 'dataset_import',
    field: 'path',
    access: 'read',
    prey: 'pairs.jsonl',
    input: (path) => ({ name: 'stolen', path, format: 'jsonl' }),
  },
  {
    operation: 'dataset_export',
    field: 'manifest',
    access: 'read',
    prey: 'manifest.json',
    input: (manifest) => ({ name: 'pairs', path: 'again', manifest }),
  },
  {
    operation: 'train_model',
    field: 'data',
    access: 'read',
    prey: 'pairs.jsonl',
    input: (data) => ({ data, output: 'model' }),
  },
  {
    operation: 'train_model',
    field: 'base',
    access: 'read',
    prey: 'docs',
    input: (base) => ({ data: 'allowed/pairs.jsonl', output: 'model', base }),
  },
  { operation: 'model_use', field: 'model', access: 'read', prey: 'weights', input: (model) => ({ model }) },
  {
    operation: 'model_use',
    field: 'suites',
    access: 'read',
    prey: 'suite',
    input: (suite) => ({ model: 'bundled', suites: [suite] }),
  },
  {
    operation: 'specialist_create',
    field: 'suites',
    access: 'read',
    prey: 'suite',
    input: (suite) => ({ name: 'spy', collections: ['default'], suites: [suite] }),
  },
  {
    operation: 'specialist_configure',
    field: 'suites',
    access: 'read',
    prey: 'suite',
    input: (suite) => ({ name: 'expert', suites: [suite] }),
  },
  { operation: 'train_start', field: 'suite', access: 'read', prey: 'suite', input: (suite) => ({ suite }) },
  {
    operation: 'train_start',
    field: 'guards',
    access: 'read',
    prey: 'suite',
    input: (suite) => ({ suite: 'allowed/suite', guards: [suite] }),
  },
  {
    operation: 'benchmark_export',
    field: 'output',
    access: 'write',
    prey: 'report.html',
    input: (output) => ({ output, format: 'html' }),
  },
  {
    operation: 'benchmark_export_suite',
    field: 'folder',
    access: 'write',
    prey: 'suite',
    input: (folder) => ({ suite: 'allowed/suite', folder }),
  },
  {
    operation: 'benchmark_gate',
    field: 'baseline',
    access: 'write',
    prey: 'baseline.json',
    input: (baseline) => ({ suite: 'allowed/suite', baseline, update: true, modes: ['keyword'] }),
  },
  {
    operation: 'dataset_export',
    field: 'path',
    access: 'write',
    prey: 'export',
    input: (path) => ({ name: 'pairs', path }),
  },
  {
    operation: 'train_model',
    field: 'output',
    access: 'write',
    prey: 'model',
    input: (output) => ({ data: 'allowed/pairs.jsonl', output }),
  },
  {
    operation: 'audit_export',
    field: 'output',
    access: 'write',
    prey: 'report.html',
    input: (output) => ({ output }),
  },
  {
    operation: 'workspace_export',
    field: 'output',
    access: 'write',
    replacesNothing: true,
    prey: 'copy',
    input: (output) => ({ name: 'default', output }),
  },
];

/** Fields whose words sound like a place, and why they name none. */
export const NO_PLACES: Readonly<Record<string, string>> = {
  'search.uriPrefix': 'compared with addresses that are stored',
  'find_similar.uriPrefix': 'compared with addresses that are stored',
  'list_documents.uriPrefix': 'compared with addresses that are stored',
  'dataset_mine.uriPrefix': 'compared with addresses that are stored',
  'fetch.id': 'looked up in the store',
  'verify_citation.document': 'looked up in the store',
  'sync.sources': 'looked up in the store; each source is judged by its own places',
  'remove_source.source': 'looked up in the store',
  'outline.id': 'looked up in the store',
  'find_symbol.uriPrefix': 'compared with addresses that are stored',
  'note_get.id': 'looked up in the store',
  'note_update.id': 'looked up in the store',
  'note_delete.id': 'looked up in the store',
  'benchmark_run.split': 'looked up among the names in the folder of a suite',
  'train_start.split': 'looked up among the names in the folder of a suite',
  'benchmark_export_suite.split': 'looked up among the names in the folder of a suite',
  'curate_next.collections': 'names of collections',
  'note_create.category': 'a word of the note',
  'note_update.category': 'a word of the note',
};

/** Words in names and descriptions of fields that may name a place. */
export const PLACE_WORDS = /path|file|folder|director|url|uri|address|repositor|target|where|glob|output|site/i;

/** What a spelling is made for. */
export interface Tree {
  /** Absolute path of the folder that holds everything; the process runs in it. */
  readonly root: string;
}

/** Ways to say a place outside of the roots, `prey` being its name below `outside`. */
export const HOSTILE_SPELLINGS: readonly (readonly [what: string, spell: (tree: Tree, prey: string) => string])[] = [
  ['an absolute path', ({ root }, prey) => `${root}/outside/${prey}`],
  ['a relative path', (_, prey) => `./outside/${prey}`],
  ['a bare relative path', (_, prey) => `outside/${prey}`],
  ['dot-dot out of a root', ({ root }, prey) => `${root}/allowed/../outside/${prey}`],
  ['dot-dot through what is not there', ({ root }, prey) => `${root}/allowed/nothing/../../outside/${prey}`],
  ['dot-dot above the root of the disk', ({ root }, prey) => `/../../..${root}/outside/${prey}`],
  ['doubled slashes', ({ root }, prey) => `/${root}//outside///${prey}`],
  ['a prefix that only looks like a root', ({ root }, prey) => `${root}/allowed-not/../outside/${prey}`],
  ['a link to the folder', ({ root }, prey) => `${root}/allowed/link/${prey}`],
  ['a link to the thing', ({ root }, prey) => `${root}/allowed/links/${prey.replaceAll('/', '_')}`],
  ['a link to a link', ({ root }, prey) => `${root}/allowed/chain/${prey}`],
  ['a link in the folder for exports', ({ root }, prey) => `${root}/exports/link/${prey}`],
  ['a link and dot-dot behind it', ({ root }, prey) => `${root}/allowed/link/../outside/${prey}`],
  ['a file URL', ({ root }, prey) => `file://${root}/outside/${prey}`],
  ['a file URL in capitals', ({ root }, prey) => `FILE://${root}/outside/${prey}`],
  ['a file URL of localhost', ({ root }, prey) => `file://localhost${root}/outside/${prey}`],
  ['a file URL with encoded letters', ({ root }, prey) => `file://${root}/%6futside/${prey}`],
  ['a file URL with encoded dots', ({ root }, prey) => `file://${root}/allowed/%2e%2e/outside/${prey}`],
  ['a file URL with a prefix', ({ root }, prey) => `git+file://${root}/outside/${prey}`],
  ['a file URL without slashes', ({ root }, prey) => `file:${root}/outside/${prey}`],
  [
    'an address with dot-dot behind it',
    ({ root }, prey) => `https://127.0.0.1:1/../../../../../../..${root}/outside/${prey}`,
  ],
  [
    'a git address with dot-dot behind it',
    ({ root }, prey) => `git@127.0.0.1:/../../../../../..${root}/outside/${prey}`,
  ],
  [
    'an ssh address with dot-dot behind it',
    ({ root }, prey) => `ssh://127.0.0.1:1/../../../../../../..${root}/outside/${prey}`,
  ],
  ['white space around it', ({ root }, prey) => ` ${root}/outside/${prey} `],
  ['a NUL behind it', ({ root }, prey) => `${root}/outside/${prey}\0.md`],
  ['a glob', ({ root }, prey) => `${root}/outside/${prey}/*`],
  ['a glob with dot-dot behind it', ({ root }, prey) => `${root}/allowed/*/../../outside/${prey}`],
  ['a glob that spells it', ({ root }, prey) => `${root}/{outside,x}/${prey}`],
  ['a branch behind it', ({ root }, prey) => `${root}/outside/${prey}#main`],
  ['a remote helper', ({ root }, prey) => `ext::cat ${root}/outside/${prey}`],
];

/** Git remotes on private networks, `port` being one that listens. */
export const PRIVATE_REMOTES: readonly ((port: number) => string)[] = [
  (port) => `http://127.0.0.1:${port}/repo.git`,
  (port) => `http://localhost:${port}/repo.git`,
  (port) => `HTTP://LOCALHOST.:${port}/repo.git`,
  (port) => `http://[::1]:${port}/repo.git`,
  (port) => `http://[::ffff:127.0.0.1]:${port}/repo.git`,
  (port) => `http://2130706433:${port}/repo.git`,
  (port) => `http://0x7f.1:${port}/repo.git`,
  (port) => `http://0:${port}/repo.git`,
  (port) => `git+http://127.1:${port}/repo.git`,
  (port) => `ssh://git@127.0.0.1:${port}/repo.git`,
  (port) => `ssh://git@2130706433:${port}/repo.git`,
  (port) => `git://127.0.0.1:${port}/repo.git`,
  (port) => `GIT://LocalHost:${port}/repo.git`,
  () => 'git@127.0.0.1:repo.git',
  () => 'git@localhost:repo.git',
  () => 'git+ssh://git@10.1.2.3/repo.git',
  () => 'https://169.254.169.254/latest/meta-data.git',
];

/** Kinds that disagree with what is named. */
export const WRONG_KINDS: readonly (readonly [kind: string, target: string])[] = [
  ['files', 'https://example.org/docs'],
  ['files', 'ssh://git@example.org/x.git'],
  ['files', 'git+https://example.org/x.git'],
  ['web', './allowed'],
  ['web', '/etc/passwd'],
  ['web', 'allowed/docs'],
  ['web', 'file:///etc/passwd'],
  ['web', 'git@example.org:x/y.git'],
  ['web', 'ssh://git@example.org/x.git'],
  ['web', 'C:\\docs'],
  ['github', 'https://example.org/'],
  ['github', 'https://example.org/docs/page.html'],
  ['github', 'https://example.org/search?q=x'],
  ['github', 'ext::sh -c true'],
  ['github', 'ftp://example.org/x.git'],
];

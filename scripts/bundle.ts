import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';

/** Where the bundle goes; src/main.ts and src/store/engine.ts look for it there. */
const OUTPUT = resolve('dist/src/bundle');

/** What is in each file, for those who measure a start. Not part of the package. */
const PARTS = resolve('dist/bundle-parts.json');
const CATALOGUE = resolve('dist/src/operations/catalogue.js');

/** Packages that every start needs and that consist of many small files; all others stay outside. */
const PROGRAM = new Set([
  '@modelcontextprotocol/sdk',
  'ajv',
  'ajv-formats',
  'commander',
  'eventemitter3',
  'fast-deep-equal',
  'fast-uri',
  'json-schema-traverse',
  'p-queue',
  'p-timeout',
  'zod',
  'zod-to-json-schema',
]);
const ENGINE = new Set([
  '@lancedb/lancedb',
  '@swc/helpers',
  'apache-arrow',
  'flatbuffers',
  'json-bignum',
  'reflect-metadata',
  'tslib',
]);

/** White space is read at every start; names stay, so that a stack can be read. */
const COMMON = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  minifyWhitespace: true,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
} as const;

/** CommonJS packages require what Node has. */
const BANNER =
  "import { createRequire as bundledCreateRequire } from 'node:module';\nconst require = bundledCreateRequire(import.meta.url);";

function packageOf(path: string): string {
  return /^(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? path;
}

const outsiders = (insiders: ReadonlySet<string>): Plugin => ({
  name: 'packages outside',
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === 'entry-point' || insiders.has(packageOf(path)) ? undefined : { path, external: true },
    );
  },
});

/** Files that a module finds from its own place (workers, models, package.json) stay where they are. */
const places: Plugin = {
  name: 'own places',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]dist[\\/]src[\\/].*\.js$/ }, async ({ path }) => {
      const own = JSON.stringify(relative(OUTPUT, path).replaceAll('\\', '/'));
      const text = await readFile(path, 'utf8');
      const contents = text.replaceAll('import.meta.url', `new URL(${own}, import.meta.url).href`);
      return { contents: contents.replace(/\n\/\/# sourceMappingURL=.*/, ''), loader: 'js' };
    });
  },
};

/** zod's messages in fifty languages, of which we speak the one that it takes by itself. */
const noLocales: Plugin = {
  name: 'no locales',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /[/]locales[/]index[.]js$/ }, () => ({ path: 'locales', namespace: 'nothing' }));
    onLoad({ filter: /.*/, namespace: 'nothing' }, () => ({ contents: 'export {};' }));
  },
};

/**
 * Operations of one folder become one module, all but the one that most starts are for: what fifty modules of their own
 * share would else fall apart into as many files.
 */
const toolsets: Plugin = {
  name: 'operations by folder',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.\/[a-z]+\/[a-z-]+\.js$/ }, ({ path, kind, importer }) =>
      kind === 'dynamic-import' && importer === CATALOGUE && path !== './knowledge/search.js'
        ? { path: path.split('/')[1] ?? '', namespace: 'operations' }
        : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'operations' }, async ({ path: folder }) => {
      const imports = (await readFile(CATALOGUE, 'utf8')).matchAll(/import\('(\.\/([a-z]+)\/[a-z-]+\.js)'\)\)\.(\w+)/g);
      const members = [...imports].filter((found) => found[2] === folder && found[3] !== 'search');
      const contents = members.map(([, path, , name]) => `export { ${name} } from '${path}';`).join('\n');
      return { contents, resolveDir: dirname(CATALOGUE) };
    });
  },
};

/** Licence and notices of each package that the bundle holds parts of. */
async function noticesOf(inputs: readonly string[]): Promise<string> {
  const folders = inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  const notices = [...new Set(folders)].sort().map(async (folder) => {
    const files = (await readdir(folder)).filter((name) => /^(?:licen[cs]e|notice)/i.test(name)).sort();
    if (files.length === 0) throw new RangeError(`${folder} has no licence to hand on.`);
    const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
    return [folder.replace(/^.*node_modules\//, ''), ...texts.map((text) => text.trim())].join('\n\n');
  });
  return `${(await Promise.all(notices)).join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

/** Each file of the bundle with the modules in it. */
function partsOf({ outputs }: Metafile): [string, string[]][] {
  return Object.entries(outputs).map(([file, { inputs }]) => [basename(file), Object.keys(inputs)]);
}

async function bundleProgram(): Promise<Metafile> {
  const { metafile } = await build({
    ...COMMON,
    entryPoints: [resolve('dist/src/command-line.js')],
    splitting: true,
    format: 'esm',
    outdir: OUTPUT,
    chunkNames: '[name]-[hash]',
    banner: { js: BANNER },
    plugins: [outsiders(PROGRAM), noLocales, toolsets, places],
  });
  return metafile;
}

/** LanceDB and apache-arrow in one file, so that they share one set of classes. The native part stays outside. */
async function bundleEngine(): Promise<Metafile> {
  const contents = "module.exports = { lance: require('@lancedb/lancedb'), arrow: require('apache-arrow') };";
  const { metafile } = await build({
    ...COMMON,
    stdin: { contents, resolveDir: resolve('.'), loader: 'js' },
    format: 'cjs',
    outfile: join(OUTPUT, 'engine.cjs'),
    plugins: [outsiders(ENGINE)],
  });
  return metafile;
}

await rm(OUTPUT, { recursive: true, force: true });
const made = await Promise.all([bundleProgram(), bundleEngine()]);
const inputs = made.flatMap((bundle) => Object.keys(bundle.inputs));
await writeFile(join(OUTPUT, 'THIRD-PARTY-NOTICES.txt'), await noticesOf(inputs));
await writeFile(PARTS, JSON.stringify(Object.fromEntries(made.flatMap(partsOf))));

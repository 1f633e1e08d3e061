import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';

/** The compiled program, and where the bundle goes. */
const ENTRY = resolve('dist/src/command-line.js');
const OUTPUT = resolve('dist/src/bundle');
const NOTICES = 'THIRD-PARTY-NOTICES.txt';

/**
 * Packages that every start needs and that consist of many small files. All others stay outside: they are loaded by few
 * commands, bring native code, or must be shared with a package that does (apache-arrow with LanceDB).
 */
const BUNDLED = new Set([
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

/** CommonJS packages require what Node has. */
const BANNER =
  "import { createRequire as bundledCreateRequire } from 'node:module';\nconst require = bundledCreateRequire(import.meta.url);";

function packageOf(path: string): string {
  return /^(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? path;
}

const outsiders: Plugin = {
  name: 'packages outside',
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === 'entry-point' || BUNDLED.has(packageOf(path)) ? undefined : { path, external: true },
    );
  },
};

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

/** The licence of each package that the bundle holds parts of. */
async function noticesOf({ inputs }: Metafile): Promise<string> {
  const folders = Object.keys(inputs).flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  const notices = [...new Set(folders)].sort().map(async (folder) => {
    const file = (await readdir(folder)).find((name) => /^licen[cs]e/i.test(name));
    if (file === undefined) throw new RangeError(`${folder} has no licence to hand on.`);
    return `${folder.replace(/^.*node_modules\//, '')}\n\n${(await readFile(join(folder, file), 'utf8')).trim()}\n`;
  });
  return (await Promise.all(notices)).join(`\n${'-'.repeat(80)}\n\n`);
}

await rm(OUTPUT, { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: [ENTRY],
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  outdir: OUTPUT,
  chunkNames: '[name]-[hash]',
  banner: { js: BANNER },
  plugins: [outsiders, places],
  metafile: true,
  logLevel: 'warning',
});
await writeFile(join(OUTPUT, NOTICES), await noticesOf(metafile));

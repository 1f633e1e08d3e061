const set = (list: string): ReadonlySet<string> => new Set(list.split(/\s+/));

/** Name of the rule about minified code. */
export const MINIFIED_RULE = 'minified code';

/** Folders that version control, package managers and tools fill, for themselves alone. */
const TOOL_FOLDERS = set(
  `.git .hg .svn .bzr CVS node_modules bower_components jspm_packages Pods Carthage DerivedData site-packages __pycache__ .venv .tox
  .nox .eggs .mypy_cache .pytest_cache .ruff_cache .ipynb_checkpoints .gradle .terraform .dart_tool .next .nuxt .svelte-kit .turbo
  .parcel-cache .cache .nyc_output .yarn .pnpm-store .quarry`,
);

/** Folders of build results and of other people's code by their names; some projects keep sources in them. */
const BUILD_FOLDERS = set('vendor third_party dist target coverage htmlcov _build elm-stuff');

/** Files that machines write for machines, and keys, by rule. */
const FILES: readonly (readonly [rule: string, names: ReadonlySet<string>])[] = [
  [
    'lock files',
    set(
      `package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lock Cargo.lock Gemfile.lock poetry.lock Pipfile.lock uv.lock
      pdm.lock pixi.lock composer.lock go.sum go.work.sum flake.lock Podfile.lock Package.resolved mix.lock rebar.lock packages.lock.json
      pubspec.lock deno.lock gradle.lockfile conan.lock .terraform.lock.hcl Manifest.toml`,
    ),
  ],
  ['files of the desktop', set('.DS_Store Thumbs.db desktop.ini')],
  ['private keys', set('id_rsa id_dsa id_ecdsa id_ed25519')],
];

const PATTERNS: readonly (readonly [rule: string, pattern: RegExp])[] = [
  [MINIFIED_RULE, /[.-]min\.(?:js|mjs|cjs|css|html)$/i],
  [MINIFIED_RULE, /\.(?:bundle|chunk)\.(?:js|mjs|css)$/i],
  ['generated code', /\.(?:js|mjs|cjs|css|ts)\.map$/i],
  ['snapshots of tests', /\.snap$/],
  ['generated code', /\.pb\.(?:go|cc|h|swift)$/],
  ['generated code', /_pb2(?:_grpc)?\.pyi?$/],
  ['private keys', /\.(?:pem|key|p12|pfx|ppk|jks|keystore)$/i],
  ['files left by editors', /~$/],
  ['files left by editors', /^\.#|^#.*#$/],
  ['files left by editors', /\.(?:swp|swo|bak|orig|rej|tmp)$/i],
];

/**
 * The rule that leaves a file or folder out unless an ignore file brings it back (`!vendor/`): dependencies, build
 * results, lock files, minified code, private keys. Undefined where none does.
 */
export function defaultRule(name: string, isDirectory: boolean): string | undefined {
  if (isDirectory) {
    const isNamed = TOOL_FOLDERS.has(name) || BUILD_FOLDERS.has(name) || name.endsWith('.egg-info');
    return isNamed ? `folders named ${name}` : undefined;
  }
  return FILES.find(([, names]) => names.has(name))?.[0] ?? PATTERNS.find(([, pattern]) => pattern.test(name))?.[0];
}

/** Whether a folder that {@link defaultRule} leaves out is read all the same, as far as git tracks what is in it. */
export function yieldsToGit(name: string): boolean {
  return BUILD_FOLDERS.has(name);
}

/** Whether script or style code is machine-written: very long lines make up most of it. */
export function isMinified(language: string, text: string): boolean {
  if (language !== 'javascript' && language !== 'css') return false;
  if (text.length < 10_000) return false;
  let lines = 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines++;
  return text.length / lines > 400;
}

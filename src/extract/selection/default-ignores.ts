const set = (list: string): ReadonlySet<string> => new Set(list.split(/\s+/));

/** Folders of other people's code, of build results and of caches. */
const FOLDERS = set(
  `.git .hg .svn .bzr CVS node_modules bower_components jspm_packages vendor third_party Pods Carthage DerivedData
  site-packages __pycache__ .venv .tox .nox .eggs .mypy_cache .pytest_cache .ruff_cache .ipynb_checkpoints .gradle .terraform
  .dart_tool .next .nuxt .svelte-kit .turbo .parcel-cache .cache .nyc_output .yarn .pnpm-store .quarry dist target coverage htmlcov
  _build elm-stuff`,
);

/** Files that machines write for machines, and keys. */
const FILES = set(
  `package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lock Cargo.lock Gemfile.lock poetry.lock Pipfile.lock uv.lock
  pdm.lock pixi.lock composer.lock go.sum go.work.sum flake.lock Podfile.lock Package.resolved mix.lock rebar.lock packages.lock.json
  pubspec.lock deno.lock gradle.lockfile conan.lock .terraform.lock.hcl Manifest.toml .DS_Store Thumbs.db desktop.ini id_rsa id_dsa
  id_ecdsa id_ed25519`,
);

const PATTERNS: readonly RegExp[] = [
  /[.-]min\.(?:js|mjs|cjs|css|html)$/i,
  /\.(?:bundle|chunk)\.(?:js|mjs|css)$/i,
  /\.(?:js|mjs|cjs|css|ts)\.map$/i,
  /\.snap$/,
  /\.pb\.(?:go|cc|h|swift)$/,
  /_pb2(?:_grpc)?\.pyi?$/,
  /\.(?:pem|key|p12|pfx|ppk|jks|keystore)$/i,
  /~$/,
  /^\.#|^#.*#$/,
  /\.(?:swp|swo|bak|orig|rej|tmp)$/i,
];

/**
 * Whether a file or folder is left out unless an ignore file brings it back (`!vendor/`): dependencies, build results,
 * lock files, minified code, private keys.
 */
export function isIgnoredByDefault(name: string, isDirectory: boolean): boolean {
  if (isDirectory) return FOLDERS.has(name) || name.endsWith('.egg-info');
  return FILES.has(name) || PATTERNS.some((pattern) => pattern.test(name));
}

/** Whether script or style code is machine-written: very long lines make up most of it. */
export function isMinified(language: string, text: string): boolean {
  if (language !== 'javascript' && language !== 'css') return false;
  if (text.length < 10_000) return false;
  let lines = 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines++;
  return text.length / lines > 400;
}

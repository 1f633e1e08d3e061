/** Extensions (without the dot) by language. Names match the chunker's grammars where it has one. */
const EXTENSIONS: Readonly<Record<string, string>> = {
  typescript: 'ts mts cts',
  tsx: 'tsx',
  javascript: 'js mjs cjs jsx es6',
  python: 'py pyi pyw',
  go: 'go',
  rust: 'rs',
  java: 'java',
  csharp: 'cs csx',
  cpp: 'cpp cc cxx c++ hpp hh hxx h++ ipp tpp cu cuh',
  c: 'c h',
  ruby: 'rb rake gemspec ru',
  php: 'php phtml php5',
  bash: 'sh bash zsh ksh bats',
  fish: 'fish',
  powershell: 'ps1 psm1 psd1',
  css: 'css',
  scss: 'scss',
  sass: 'sass',
  less: 'less',
  ini: 'ini cfg conf properties service desktop editorconfig',
  kotlin: 'kt kts',
  swift: 'swift',
  scala: 'scala sc',
  sql: 'sql ddl',
  lua: 'lua',
  perl: 'pl pm t',
  r: 'r',
  dart: 'dart',
  elixir: 'ex exs',
  erlang: 'erl hrl',
  haskell: 'hs lhs',
  ocaml: 'ml mli',
  fsharp: 'fs fsi fsx',
  clojure: 'clj cljs cljc edn',
  lisp: 'lisp el scm rkt',
  julia: 'jl',
  groovy: 'groovy gradle',
  objectivec: 'm mm',
  vue: 'vue',
  svelte: 'svelte',
  astro: 'astro',
  hcl: 'tf tfvars hcl',
  protobuf: 'proto',
  graphql: 'graphql gql graphqls',
  solidity: 'sol',
  zig: 'zig',
  nim: 'nim',
  vim: 'vim',
  nix: 'nix',
  assembly: 's asm',
  batch: 'bat cmd',
  cmake: 'cmake',
  makefile: 'mk mak',
  latex: 'tex sty cls bib',
  template: 'hbs handlebars mustache ejs njk j2 jinja jinja2 liquid erb haml pug twig',
  diff: 'diff patch',
  visualbasic: 'vb bas',
  pascal: 'pas pp dpr',
  fortran: 'f90 f95 f03 f',
  verilog: 'v sv vh',
  vhdl: 'vhd vhdl',
  wat: 'wat wast',
  starlark: 'bzl star bazel',
  xml: 'xml xsd xsl xslt plist csproj fsproj vbproj props targets resx wsdl rss atom xaml storyboard xib pom',
  json: 'json json5 jsonc webmanifest geojson code-workspace avsc har',
  jsonl: 'jsonl ndjson',
  yaml: 'yaml yml',
  toml: 'toml',
  csv: 'csv',
  tsv: 'tsv tab',
};

const FILE_NAMES: Readonly<Record<string, string>> = {
  dockerfile: 'dockerfile',
  containerfile: 'dockerfile',
  makefile: 'makefile',
  gnumakefile: 'makefile',
  'cmakelists.txt': 'cmake',
  rakefile: 'ruby',
  gemfile: 'ruby',
  podfile: 'ruby',
  vagrantfile: 'ruby',
  brewfile: 'ruby',
  jenkinsfile: 'groovy',
  justfile: 'makefile',
  procfile: 'yaml',
  build: 'starlark',
  workspace: 'starlark',
  'go.mod': 'gomod',
  '.gitignore': 'ini',
  '.gitattributes': 'ini',
  '.gitconfig': 'ini',
  '.gitmodules': 'ini',
  '.editorconfig': 'ini',
  '.npmrc': 'ini',
  '.bashrc': 'bash',
  '.profile': 'bash',
  '.zshrc': 'bash',
  '.babelrc': 'json',
  '.eslintrc': 'json',
  '.prettierrc': 'json',
};

const INTERPRETERS: readonly (readonly [RegExp, string])[] = [
  [/^(?:ba|z|k|da|a)?sh$/, 'bash'],
  [/^fish$/, 'fish'],
  [/^(?:python|pypy)[\d.]*$/, 'python'],
  [/^(?:node|nodejs|bun)$/, 'javascript'],
  [/^(?:deno|ts-node|tsx)$/, 'typescript'],
  [/^ruby[\d.]*$/, 'ruby'],
  [/^perl[\d.]*$/, 'perl'],
  [/^php[\d.]*$/, 'php'],
  [/^(?:pwsh|powershell)$/, 'powershell'],
  [/^lua[\d.]*$/, 'lua'],
  [/^Rscript$/, 'r'],
  [/^julia$/, 'julia'],
  [/^(?:awk|gawk|sed)$/, 'awk'],
  [/^make$/, 'makefile'],
];

const LANGUAGE_BY_EXTENSION: ReadonlyMap<string, string> = new Map(
  Object.entries(EXTENSIONS).flatMap(([language, list]) => list.split(' ').map((ext) => [ext, language] as const)),
);

const ALIASES: Readonly<Record<string, string>> = {
  'c#': 'csharp',
  'c++': 'cpp',
  golang: 'go',
  shell: 'bash',
  'shell-session': 'bash',
  shellsession: 'bash',
  console: 'bash',
  terminal: 'bash',
  docker: 'dockerfile',
  'objective-c': 'objectivec',
  node: 'javascript',
  python3: 'python',
  py3: 'python',
  pycon: 'python',
  plaintext: 'text',
  plain: 'text',
  txt: 'text',
  none: 'text',
  markup: 'html',
};

/** Last dot-separated part of a file name in lower case, without the dot; empty where there is none. */
export function extensionOf(fileName: string): string {
  const base = fileName.slice(fileName.lastIndexOf('/') + 1);
  const dot = base.lastIndexOf('.');
  return dot < 0 || dot === base.length - 1 ? '' : base.slice(dot + 1).toLowerCase();
}

/** Language of a file by its name alone (`src/a.ts` -> `typescript`); undefined when the name says nothing. */
export function languageOfName(fileName: string): string | undefined {
  const base = fileName.slice(fileName.lastIndexOf('/') + 1).toLowerCase();
  if (Object.hasOwn(FILE_NAMES, base)) return FILE_NAMES[base];
  if (/^(?:dockerfile|makefile)\./.test(base)) return base.slice(0, base.indexOf('.'));
  return LANGUAGE_BY_EXTENSION.get(extensionOf(base));
}

/** Language named by a `#!` line, looking through `env` and its options; undefined without one. */
export function languageOfShebang(head: string): string | undefined {
  if (!head.startsWith('#!')) return undefined;
  const line = head.slice(2, 300).split('\n', 1)[0] ?? '';
  const words = line.trim().split(/\s+/);
  const first = words[0]?.split('/').pop() ?? '';
  const program = first === 'env' ? words.slice(1).find((word) => !word.startsWith('-') && !word.includes('=')) : first;
  const name = program?.split('/').pop() ?? '';
  return INTERPRETERS.find(([pattern]) => pattern.test(name))?.[1];
}

/** One name per language: `js`, `JS` and `javascript` all give `javascript`; unknown names come back in lower case. */
export function canonicalLanguage(name: string): string {
  const lower = name.trim().toLowerCase();
  if (Object.hasOwn(ALIASES, lower)) return ALIASES[lower] ?? lower;
  return LANGUAGE_BY_EXTENSION.get(lower) ?? lower;
}

/** Whether a name is one of the languages that files are told apart by. */
export function isLanguage(name: string): boolean {
  return Object.hasOwn(EXTENSIONS, name.toLowerCase());
}

/** `cpp` for headers that hold C++; other files keep what their name says. */
export function refineLanguage(language: string, text: string): string {
  if (language !== 'c') return language;
  return /^\s*(?:class\s+\w|namespace\s+\w|template\s*<|using\s+namespace\b)|\bstd::/m.test(text.slice(0, 20_000))
    ? 'cpp'
    : 'c';
}

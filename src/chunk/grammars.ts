import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Language, Parser } from '@vscode/tree-sitter-wasm';
import { QuarryError } from '../core/errors.js';

/**
 * A grammar that ships with the package, named as its file is. PowerShell's is left out: its lexer is one function that takes the engine
 * six seconds of background work to compile, during which no process can end.
 */
export type GrammarName =
  | 'bash'
  | 'c-sharp'
  | 'cpp'
  | 'go'
  | 'java'
  | 'javascript'
  | 'php'
  | 'python'
  | 'ruby'
  | 'rust'
  | 'tsx'
  | 'typescript';

const GRAMMAR_OF: Readonly<Record<string, GrammarName>> = {
  bash: 'bash',
  sh: 'bash',
  shell: 'bash',
  shellscript: 'bash',
  zsh: 'bash',
  ksh: 'bash',
  'c#': 'c-sharp',
  cs: 'c-sharp',
  csharp: 'c-sharp',
  'c-sharp': 'c-sharp',
  c: 'cpp',
  'c++': 'cpp',
  cc: 'cpp',
  cpp: 'cpp',
  cuda: 'cpp',
  cxx: 'cpp',
  h: 'cpp',
  hpp: 'cpp',
  go: 'go',
  golang: 'go',
  java: 'java',
  cjs: 'javascript',
  javascript: 'javascript',
  javascriptreact: 'javascript',
  js: 'javascript',
  jsx: 'javascript',
  mjs: 'javascript',
  php: 'php',
  py: 'python',
  python: 'python',
  python3: 'python',
  rb: 'ruby',
  ruby: 'ruby',
  rs: 'rust',
  rust: 'rust',
  tsx: 'tsx',
  typescriptreact: 'tsx',
  cts: 'typescript',
  mts: 'typescript',
  ts: 'typescript',
  typescript: 'typescript',
};

/** The grammar for a language by its usual names and file endings, any case; undefined where there is none. */
export function grammarFor(language: string): GrammarName | undefined {
  const key = language.trim().toLowerCase();
  return Object.hasOwn(GRAMMAR_OF, key) ? GRAMMAR_OF[key] : undefined;
}

/** Every name under which {@link grammarFor} knows a language. */
export function grammarLanguages(): readonly string[] {
  return Object.keys(GRAMMAR_OF);
}

const parsers = new Map<GrammarName, Promise<Parser>>();

/** A parser for a grammar, loaded when first asked for. @throws QuarryError INTERNAL when the package's files are missing. */
export function loadParser(grammar: GrammarName): Promise<Parser> {
  const known = parsers.get(grammar);
  if (known) return known;
  const loading = openParser(grammar);
  parsers.set(grammar, loading);
  loading.catch(() => parsers.delete(grammar));
  return loading;
}

/** Forgets every parser: after a crash inside one none can be used, and the next call begins with a fresh runtime. */
export function dropParsers(): void {
  const require = createRequire(import.meta.url);
  delete require.cache[require.resolve('@vscode/tree-sitter-wasm')];
  parsers.clear();
  runtime = undefined;
}

type Runtime = typeof import('@vscode/tree-sitter-wasm');

let runtime: Promise<{ readonly library: Runtime; readonly folder: string }> | undefined;

/** The one name of the platform's WebAssembly that is used; the compiler's ES2023 library does not declare it. */
declare const WebAssembly: { readonly Memory: new (size: { initial: number; maximum: number }) => object };

/** Memory of the parsers in pages of 64 KiB: 32 MB at first, as they are built for, and at most 256 MB whatever they are given to read. */
const FIRST_PAGES = 512;
const MOST_PAGES = 4096;

async function openRuntime() {
  const require = createRequire(import.meta.url);
  const entry = require.resolve('@vscode/tree-sitter-wasm');
  const folder = dirname(entry);
  // The package's own declarations describe what its entry exports.
  const library = require(entry) as Runtime;
  const module = {
    locateFile: (file: string) => join(folder, file),
    wasmMemory: new WebAssembly.Memory({ initial: FIRST_PAGES, maximum: MOST_PAGES }),
    // A crash is handled here and printed nowhere: this process' output may be a protocol.
    print: () => undefined,
    printErr: () => undefined,
  };
  await library.Parser.init(module);
  return { library, folder };
}

async function openParser(grammar: GrammarName): Promise<Parser> {
  try {
    runtime ??= openRuntime();
    const { library, folder } = await runtime;
    const language: Language = await library.Language.load(join(folder, `tree-sitter-${grammar}.wasm`));
    const parser = new library.Parser();
    parser.setLanguage(language);
    return parser;
  } catch (error) {
    runtime = undefined;
    throw new QuarryError('INTERNAL', `The ${grammar} grammar cannot be loaded.`, {
      hint: 'Install the packages again: npm ci',
      cause: error,
    });
  }
}

import { describe, expect, test } from '@jest/globals';
import { createSymbolReader } from '../../src/chunk/symbol-reader.js';

const reader = createSymbolReader();

/** Declarations as `kind path`, fields and variables behind a dash. */
async function symbolsOf(language: string, text: string): Promise<string[]> {
  const { symbols } = await reader.structureOf({ text, format: 'code', language });
  return symbols.map(({ kind, path, isMinor }) => `${isMinor ? '-' : ''}${kind} ${path.join(' > ')}`);
}

const TABLE: readonly (readonly [title: string, language: string, text: string, expected: readonly string[]])[] = [
  [
    'nested classes and functions',
    'python',
    'class A:\n    class B:\n        @cached\n        def get(self):\n            def inner(): pass\n            return inner\n\nLIMIT = 3\n',
    ['class A', 'class A > B', 'method A > B > get', 'function A > B > get > inner', '-variable LIMIT'],
  ],
  [
    'functions declared by condition',
    'python',
    'try:\n    from fast import load\nexcept ImportError:\n    def load(path):\n        return path\n\nif TYPED:\n    class Shape: pass\nelse:\n    async def later(): pass\n',
    ['function load', 'class Shape', 'function later'],
  ],
  [
    'receivers, groups of types, interfaces',
    'go',
    'package p\ntype (\n\tA int\n\tB interface { Do() }\n)\ntype Map[K any] struct {\n\tsize int\n}\nfunc (m *Map[K]) Len() int { return m.size }\nfunc (Map[K]) Zero() {}\nfunc New[K any]() {}\nconst Y, Z = 1, 2\n',
    [
      'type A',
      'interface B',
      'method B > Do',
      'struct Map',
      '-property Map > size',
      'method Map > Len',
      'method Map > Zero',
      'function New',
      '-variable Y',
      '-variable Z',
    ],
  ],
  [
    'impl blocks of generic, foreign and referenced types',
    'rust',
    'impl<T> Store<T> { fn get(&self) {} }\nimpl fmt::Display for std::sync::Arc<Store<u8>> { fn fmt(&self) {} }\nimpl<T> Read for &Store<T> { fn read(&self) {} }\ntrait Shape { fn area(&self); fn twice(&self) {} }\nextern "C" { fn open(); }\nmod inner { pub const MAX: u8 = 1; }\nmacro_rules! show { () => {} }\nenum E { A, B(u8) }\n',
    [
      'class Store',
      'method Store > get',
      'class Arc',
      'method Arc > fmt',
      'class Store',
      'method Store > read',
      'trait Shape',
      'method Shape > area',
      'method Shape > twice',
      'method open',
      'module inner',
      '-variable inner > MAX',
      'macro show',
      'enum E',
      '-member E > A',
      '-member E > B',
    ],
  ],
  [
    'namespaces, templates, definitions outside of their class, references, operators',
    'cpp',
    'namespace a::b {\ntemplate <typename T> class V {\n  T get() const;\n  ~V();\n  struct In { int z; };\n};\ntemplate <typename T> T V<T>::get() const { return x; }\nV::~V() {}\nint& first() { return x; }\nbool operator==(const V& l, const V& r) { return true; }\n}\nstruct node *make(void) { return 0; }\nstruct node *next;\nstruct ahead;\ntypedef struct { int a; } Pair;\n#define MAX 5\n',
    [
      'module a > b',
      'class a > b > V',
      'method a > b > V > get',
      'method a > b > V > ~V',
      'struct a > b > V > In',
      '-property a > b > V > In > z',
      'method a > b > V > get',
      'method a > b > V > ~V',
      'function a > b > first',
      'function a > b > operator==',
      'function make',
      '-variable next',
      'struct Pair',
      '-property Pair > a',
      'macro MAX',
    ],
  ],
  [
    'prototypes of a header behind its guard',
    'c',
    '#ifndef X_H\n#define X_H\nint get(int a);\nstatic inline char *put(void) { return 0; }\n#endif\n',
    ['macro X_H', 'function get', 'function put'],
  ],
  [
    'arrow functions, overloads, decorators, accessors, private and computed names',
    'typescript',
    'export const load = async (a: number) => a;\nexport function f(a: string): void;\nexport function f(a: any) {}\n@dec() export class K {\n  @p() private x = 1;\n  static y = () => {};\n  constructor() {}\n  get v() { return 1; }\n  #h() {}\n  [Symbol.iterator]() {}\n}\nnamespace N { export const z = 1; }\ndeclare module "foo" { function g(): void; }\nenum E { A = 1, B }\ninterface I { m(): void; p: string }\ntype T = string;\nconst { a, b } = load;\n',
    [
      'function load',
      'function f',
      'function f',
      'class K',
      '-property K > x',
      'method K > y',
      'method K > constructor',
      'method K > v',
      'method K > #h',
      'method K > [Symbol.iterator]',
      'module N',
      '-variable N > z',
      'module foo',
      'function foo > g',
      'enum E',
      '-member E > A',
      '-member E > B',
      'interface I',
      'method I > m',
      '-property I > p',
      'type T',
    ],
  ],
  [
    'a default class',
    'typescript',
    'export default class extends B { get() {} }\n',
    ['class default', 'method default > get'],
  ],
  ['a default function', 'javascript', 'export default () => {};\n', ['function default']],
  [
    'a default object',
    'javascript',
    "export default defineStore('s', {\n  actions: { async load() {}, 'save-all': () => {} },\n});\n",
    [
      'variable default',
      'property default > actions',
      'method default > actions > load',
      'function default > actions > save-all',
    ],
  ],
  [
    'a named default class',
    'javascript',
    'export default class Store { get() {} }\n',
    ['class Store', 'method Store > get'],
  ],
  [
    'object methods and assigned functions',
    'javascript',
    'const api = {\n  get() {},\n  put: () => {},\n  sub: { x() {} },\n};\nexports.open = function () {};\nStore.prototype.close = function () {};\nStore.make = () => {};\nmodule.exports = { shut() {} };\nfunction* walk() {}\n',
    [
      'variable api',
      'method api > get',
      'function api > put',
      'property api > sub',
      'method api > sub > x',
      'function open',
      'function Store > close',
      'function Store > make',
      'variable module.exports',
      'method module.exports > shut',
      'function walk',
    ],
  ],
  [
    'tests by table and by title',
    'typescript',
    "describe('a store', () => {\n  it('keeps', () => {});\n  test.each([\n    [1, 2],\n    [3, 4],\n    [5, 6],\n  ])('adds %i', (a) => {});\n});\n",
    ['test a store', 'test a store > keeps', 'test a store > adds %i'],
  ],
  [
    'constructors, nested types, members of enumerations',
    'java',
    'class S<T> {\n  static final int MAX = 5, MIN = 1;\n  S() {}\n  @Override public int get() { return 1; }\n  enum E { A, B { void x() {} }; void m() {} }\n  interface I { void z(); }\n  record R(int a) { R { } }\n}\n@interface An { int v(); }\n',
    [
      'class S',
      '-property S > MAX',
      '-property S > MIN',
      'method S > S',
      'method S > get',
      'enum S > E',
      '-member S > E > A',
      '-member S > E > B',
      'method S > E > B > x',
      'method S > E > m',
      'interface S > I',
      'method S > I > z',
      'class S > R',
      'method S > R > R',
      'interface An',
      'method An > v',
    ],
  ],
  [
    'properties, finalisers, operators, local functions',
    'csharp',
    'namespace A.B {\n  public class S {\n    public int P { get; set; }\n    public S() {}\n    ~S() {}\n    public static S operator +(S a, S b) => a;\n    void M() { void Local() {} }\n    const int MAX = 5;\n  }\n  public record R(int A);\n}\n',
    [
      'module A.B',
      'class A.B > S',
      'property A.B > S > P',
      'method A.B > S > S',
      'method A.B > S > ~S',
      'method A.B > S > operator +',
      'method A.B > S > M',
      'function A.B > S > M > Local',
      '-property A.B > S > MAX',
      'class A.B > R',
    ],
  ],
  [
    'traits, closures, functions declared by condition',
    'php',
    "<?php\ntrait T { function a() {} }\nclass S { const X = 1; public $p = 1; static function m() {} }\nenum E: string { case A = 'a'; }\n$fn = function () {};\nif (!function_exists('g')) {\n  function g() {}\n}\n",
    [
      'trait T',
      'method T > a',
      'class S',
      '-variable S > X',
      '-property S > p',
      'method S > m',
      'enum E',
      '-member E > A',
      'function fn',
      'function g',
    ],
  ],
  [
    'modules, class methods, private methods, attributes',
    'ruby',
    'module M\n  class S < B\n    attr_reader :name\n    LIMIT = 5\n    def get(x)\n      x\n    end\n    def self.make; end\n    private def hide; end\n    class << self\n      def build; end\n    end\n  end\nend\n',
    [
      'module M',
      'class M > S',
      '-property M > S > name',
      '-variable M > S > LIMIT',
      'method M > S > get',
      'method M > S > make',
      'method M > S > hide',
      'method M > S > build',
    ],
  ],
  [
    'functions in both forms',
    'bash',
    '#!/bin/bash\nget() { :; }\nfunction put { :; }\nif true; then\n  late() { :; }\nfi\nreadonly X=5\n',
    ['function get', 'function put', 'function late', '-variable X'],
  ],
  [
    'statements of SQL, by layout',
    'sql',
    'CREATE OR REPLACE FUNCTION app.load(a int) RETURNS int AS $$\nSELECT 1\n$$;\n\nCREATE TEMPORARY TABLE IF NOT EXISTS "users" (\n  id INT\n);\n\nCREATE MATERIALIZED VIEW totals AS SELECT 1;\n\nCREATE UNIQUE INDEX by_name ON users (name);\n',
    ['symbol app.load', 'symbol users', 'symbol totals', 'symbol by_name'],
  ],
];

describe('declarations', () => {
  test.each(TABLE)('%s (%s)', async (_title, language, text, expected) => {
    expect(await symbolsOf(language, text)).toEqual(expected);
  });
});

describe('signatures and first sentences', () => {
  const PROGRAMS: readonly (readonly [language: string, text: string, signature: string, summary: string])[] = [
    [
      'typescript',
      '/**\n * Reads one. Then more.\n * @param a what\n */\nexport async function get(\n  a: string,\n): Promise<void> {\n}\n',
      'export async function get( a: string, ): Promise<void>',
      'Reads one.',
    ],
    [
      'python',
      '@cached\ndef get(a: str) -> int:\n    """Read one, e.g. the first.\n\n    More.\n    """\n    return 1\n',
      'def get(a: str) -> int',
      'Read one, e.g. the first.',
    ],
    [
      'go',
      'package p\n\n// Get reads one\n// of them. More.\nfunc (s *S) Get() int { return 1 }\n',
      'func (s *S) Get() int',
      'Get reads one of them.',
    ],
    ['rust', '/// Reads one.\n#[inline]\npub fn get<T>(x: T) -> T { x }\n', 'pub fn get<T>(x: T) -> T', 'Reads one.'],
    [
      'java',
      '/** Reads {@link One}. */\n@Ann(1)\npublic class S extends B {}\n',
      'public class S extends B',
      'Reads One.',
    ],
    [
      'csharp',
      '/// <summary>\n/// Reads one.\n/// </summary>\n[Attr]\npublic class S : B {}\n',
      'public class S : B',
      'Reads one.',
    ],
    ['ruby', '# Reads one.\ndef get(x)\n  x\nend\n', 'def get(x)', 'Reads one.'],
    [
      'cpp',
      '/// Reads one.\ntemplate <class T> T get(T x) { return x; }\n',
      'template <class T> T get(T x)',
      'Reads one.',
    ],
    ['python', 'class Box:\n    # Reads one.\n    def get(self): pass\n', 'def get(self)', 'Reads one.'],
    ['ruby', 'class Box\n  # Reads one.\n  def get(x)\n    x\n  end\nend\n', 'def get(x)', 'Reads one.'],
    ['bash', '#!/bin/sh\n# Reads one.\nget() {\n  :\n}\n', 'get()', 'Reads one.'],
  ];

  test.each(PROGRAMS)('%s', async (language, text, signature, summary) => {
    const { symbols } = await reader.structureOf({ text, format: 'code', language });
    const symbol = symbols.find((each) => /get|^s$/i.test(each.path.at(-1) ?? ''));
    expect(symbol).toMatchObject({ signature, summary });
    const name = symbol?.path.at(-1) ?? '';
    expect(text.slice(symbol?.nameAt).startsWith(name)).toBe(true);
  });
});

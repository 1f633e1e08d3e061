import type { Draw } from './draw.js';

/** A document of the suite; its id is its path. */
export interface LookUpDocument {
  readonly path: string;
  readonly title: string;
  readonly text: string;
}

/** One kind of exact name: what is called so, and what people type to find it. */
export interface Kind {
  readonly kind: string;
  /** How many of the names are asked for; the others are there to be mistaken for them. */
  readonly asked: number;
  /** Every name with the document that it belongs to. */
  readonly named: readonly { readonly name: string; readonly document: LookUpDocument }[];
  /** Three ways to ask for a name. */
  ask(name: string): readonly [string, string, string];
}

const SYSTEMS = 'mail queue cache index audit token proxy batch relay vault'.split(' ');
const ASPECTS = 'level limit retry window format prefix suffix owner quota depth'.split(' ');
const DETAILS = 'late soft hard max min early idle cold warm next'.split(' ');

/** Triples of words; each set of three words stands in three orders, so that only the order tells them apart. */
function permutedTriples(draw: Draw, count: number): string[][] {
  const triples: string[][] = [];
  while (triples.length < count) {
    const drawn = draw.fresh(() => [draw.one(SYSTEMS), draw.one(ASPECTS), draw.one(DETAILS)].join(' '));
    const [a = '', b = '', c = ''] = drawn.split(' ');
    triples.push([a, b, c], [c, a, b], [b, c, a]);
  }
  return triples.slice(0, count);
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
const pad = (value: number): string => String(value).padStart(2, '0');

function note(draw: Draw, folder: string, title: string, text: string): LookUpDocument {
  const path = draw.fresh(() => `${folder}/${draw.place()}-${pad(draw.below(90) + 10)}.md`);
  return { path, title, text: `# ${title}\n\n${text}\n` };
}

/** Command line options, `-o key=value`, and environment variables, each in a page of its own. */
export function optionKinds(draw: Draw): Kind[] {
  const page = (name: string): LookUpDocument =>
    note(draw, 'manual', 'Command', `${draw.sentences(2)}\n\n\`${name}\`\n: ${draw.sentence()}`);
  const triples = permutedTriples(draw, 30);
  const options = triples.slice(0, 9).map(([a, b, c], at) => (at % 2 === 0 ? `--${a}-${b}` : `--no-${c}-${b}`));
  const values = triples.slice(9, 15).map(([a, b, c]) => `-o ${a}_${b}=${c}`);
  const variables = triples.slice(15, 24).map((words) => words.join('_').toUpperCase());
  const ask = (name: string): readonly [string, string, string] => [
    name,
    `what does ${name} do`,
    `where is ${name} set`,
  ];
  const kindOf = (kind: string, names: readonly string[], asked: number): Kind => {
    const named = [...new Set(names)].map((name) => ({ name, document: page(name) }));
    return { kind, asked, ask, named };
  };
  return [
    kindOf('option', options, 4),
    kindOf('option-with-value', values, 3),
    kindOf('environment-variable', variables, 4),
  ];
}

/** Dotted settings and names in snake_case, each in a page of settings with others around it. */
export function settingKinds(draw: Draw): Kind[] {
  const page = (name: string): LookUpDocument => {
    const value = draw.below(900) + 100;
    return note(
      draw,
      'settings',
      'Settings',
      `${draw.sentence()}\n\n- \`${name}\`: default ${value}. ${draw.sentence()}`,
    );
  };
  const triples = permutedTriples(draw, 21);
  const ask = (name: string): readonly [string, string, string] => [name, `where is ${name} set`, `default of ${name}`];
  const kindOf = (kind: string, names: readonly string[], asked: number): Kind => ({
    kind,
    asked,
    ask,
    named: names.map((name) => ({ name, document: page(name) })),
  });
  const dotted = triples.slice(0, 12).map((words) => `app.${words.join('.')}`);
  const snake = triples.slice(12).map((words) => `task_${words.join('_')}`);
  return [kindOf('dotted-setting', dotted, 4), kindOf('snake-case-setting', snake, 3)];
}

/** Functions in code: camelCase in TypeScript, snake_case in Python, kebab-case in style sheets. */
export function identifierKinds(draw: Draw): Kind[] {
  const ask = (name: string): readonly [string, string, string] => [
    name,
    `where is ${name} defined`,
    `what uses ${name}`,
  ];
  const file = (folder: string, ending: string, text: string): LookUpDocument => {
    const path = draw.fresh(() => `${folder}/${draw.place()}_${draw.place()}.${ending}`);
    return { path, title: path.slice(path.lastIndexOf('/') + 1), text };
  };
  const triples = permutedTriples(draw, 18);
  const camel = triples.slice(0, 6).map(([a = '', b = '', c = '']) => a + capital(b) + capital(c));
  const snake = triples.slice(6, 12).map((words) => words.join('_'));
  const kebab = triples.slice(12).map((words) => words.join('-'));
  const script = (name: string): string =>
    `/** ${draw.sentence()} */\nexport function ${name}(value: number): number {\n  return value * ${draw.below(90) + 2};\n}\n`;
  const python = (name: string): string =>
    `"""${draw.sentence()}"""\n\n\ndef ${name}(value):\n    """${draw.sentence()}"""\n    return value + ${draw.below(90) + 2}\n`;
  const styles = (name: string): string =>
    `/* ${draw.sentence()} */\n.${name} {\n  margin: ${draw.below(90) + 2}px;\n}\n`;
  return [
    {
      kind: 'camel-case',
      asked: 3,
      ask,
      named: camel.map((name) => ({ name, document: file('web', 'ts', script(name)) })),
    },
    {
      kind: 'snake-case',
      asked: 3,
      ask,
      named: snake.map((name) => ({ name, document: file('jobs', 'py', python(name)) })),
    },
    {
      kind: 'kebab-case',
      asked: 3,
      ask,
      named: kebab.map((name) => ({ name, document: file('styles', 'css', styles(name)) })),
    },
  ];
}

/** Hosts and addresses with ports, whose parts stand in another order elsewhere. */
export function hostKinds(draw: Draw): Kind[] {
  const ask = (name: string): readonly [string, string, string] => [
    name,
    `what runs on ${name}`,
    `where is ${name} set`,
  ];
  const page = (name: string): LookUpDocument =>
    note(draw, 'operations', 'Machine', `${draw.sentences(2)} It answers at ${name}. ${draw.sentence()}`);
  const named = (names: readonly string[]) => names.map((name) => ({ name, document: page(name) }));
  const ports = [5432, 8080, 6379, 9200];
  const hosts = [1, 2, 3].flatMap((at) => {
    const [a, b] = [draw.one(SYSTEMS), draw.place()];
    return [`${a}-${pad(at)}.${b}.example.net:${ports[at]}`, `${b}-${pad(at)}.${a}.example.net:${ports[at]}`];
  });
  const addresses = [0, 1, 2].flatMap((at) => {
    const [a, b, c] = [draw.below(9) + 1, draw.below(90) + 10, draw.below(100) + 100];
    return [`10.${a}.${b}.${c}:${ports[at]}`, `10.${b}.${a}.${c}:${ports[at]}`, `10.${c}.${b}.${a}:${ports[at]}`];
  });
  return [
    { kind: 'host', asked: 3, ask, named: named(draw.shuffled(hosts)) },
    { kind: 'address', asked: 3, ask, named: named(draw.shuffled(addresses)) },
  ];
}

/** Error codes of several makes. */
export function errorKind(draw: Draw): Kind {
  const number = draw.below(8000) + 1000;
  const names = [
    `E${number}`,
    `E${number + 1}`,
    `E${[...String(number)].reverse().join('')}`,
    'ECONNRESET',
    'ECONNREFUSED',
    'ETIMEDOUT',
    'ORA-00942',
    'ORA-00924',
    'HTTP 422',
    'HTTP 424',
    'TS2345',
    'TS2322',
    'SQLSTATE 40001',
    'SQLSTATE 40P01',
  ];
  return {
    kind: 'error-code',
    asked: 8,
    ask: (name) => [name, `what does ${name} mean`, `how to fix ${name}`],
    named: draw.shuffled([...new Set(names)]).map((name) => ({
      name,
      document: note(draw, 'errors', 'Trouble', `${draw.sentence()} Then it says ${name}. ${draw.sentences(2)}`),
    })),
  };
}

/** Sections of a rule book, by number and by heading. */
export function sectionKinds(draw: Draw): Kind[] {
  const numbers = [0, 1, 2].flatMap(() => {
    const [a, b, c] = [draw.below(3) + 4, draw.below(3) + 7, draw.below(9) + 10];
    return [`${a}.${b}.${c}`, `${b}.${a}.${c}`, `${b}.${c}.${a}`];
  });
  const headings = [
    'Rotate the signing keys',
    'Keys of the signing rota',
    'Hand over the pager',
    'Page the person on call',
    'Close the books at year end',
    'Restore a deleted workspace',
    'Delete a restored workspace',
    'Order a replacement badge',
  ];
  return [
    {
      kind: 'section-number',
      asked: 5,
      ask: (name) => [name, `section ${name}`, `what does ${name} require`],
      named: draw.shuffled([...new Set(numbers)]).map((name) => ({
        name,
        document: note(draw, 'rules', 'Rules', `## ${name} Duties\n\n${draw.sentences(3)}`),
      })),
    },
    {
      kind: 'heading',
      asked: 4,
      ask: (name) => [name, name.toLowerCase(), `section "${name}"`],
      named: draw.shuffled(headings).map((name) => ({
        name,
        document: note(draw, 'handbook', 'Handbook', `${draw.sentence()}\n\n## ${name}\n\n${draw.sentences(3)}`),
      })),
    },
  ];
}

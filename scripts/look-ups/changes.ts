import type { Draw } from './draw.js';
import type { Kind, LookUpDocument } from './kinds.js';

const MAJORS = [0, 1, 2];
const MINORS = 13;
const PATCHES = [0, 1, 2, 10, 11];
/** Every so many versions one speaks of another. */
const MENTIONS = 8;
const DAY_MS = 86_400_000;
const FIRST_DAY = Date.UTC(2019, 0, 7);

interface Change {
  readonly version: string;
  readonly date: string;
  readonly commit: string;
  readonly document: LookUpDocument;
}

/** A change log of 195 versions, one file to each, asked for by version, by commit and by date. */
export function changeKinds(draw: Draw): Kind[] {
  const changes = draw.shuffled(writeChanges(draw));
  const byName = (key: 'version' | 'date' | 'commit', from: number, count: number) =>
    changes.slice(from, from + count).map((change) => ({ name: change[key], document: change.document }));
  const rest = changes.length - 34;
  return [
    {
      kind: 'version',
      asked: 20,
      ask: (name) => [name, `what changed in ${name}`, `release v${name}`],
      named: [...byName('version', 0, 20), ...byName('version', 34, rest)],
    },
    {
      kind: 'commit',
      asked: 8,
      ask: (name) => [name, `what changed in ${name.slice(0, 7)}`, `commit ${name.slice(0, 9 + draw.below(4))}`],
      named: byName('commit', 20, 8),
    },
    {
      kind: 'date',
      asked: 6,
      ask: (name) => [name, `what was released on ${name}`, `changes of ${name}`],
      named: byName('date', 28, 6),
    },
  ];
}

function writeChanges(draw: Draw): Change[] {
  const versions = MAJORS.flatMap((major) =>
    Array.from({ length: MINORS }, (_, minor) => PATCHES.map((patch) => `${major}.${minor}.${patch}`)).flat(),
  );
  let day = FIRST_DAY;
  return versions.map((version, at) => {
    day += (draw.below(12) + 3) * DAY_MS;
    const date = new Date(day).toISOString().slice(0, 10);
    const commit = draw.hex(40);
    const mention = at % MENTIONS === MENTIONS - 1 ? ` Takes back a change of ${versions[at - 3]}.` : '';
    const points = [draw.sentence() + mention, draw.sentence(), draw.sentence()].map((point) => `- ${point}`);
    const text = `## ${version} (${date})\n\n${points.join('\n')}\n\nCommit ${commit}\n`;
    const path = `changes/entry-${String(at + 1).padStart(3, '0')}.md`;
    return { version, date, commit, document: { path, title: 'Change log', text } };
  });
}

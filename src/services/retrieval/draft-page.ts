import { randomInt } from 'node:crypto';
import type { RetrievalSettings } from '../../core/retrieval/settings.js';
import type { QueryMap } from '../../core/specialists/specialist.js';
import { type DraftedResult, draftTeams } from '../../core/statistics/team-draft.js';
import type { Passage, PassageList } from './passage-list.js';

/** What ranks beside the usual ranking of a search. */
export interface Rival {
  /** All settings that differ from the usual ones. */
  readonly settings: Partial<RetrievalSettings>;
  /** A map on the query's vector. */
  readonly queryMap: QueryMap | undefined;
}

/** A page, and for each of its passages whose pick it is; nobody's where one ranking made it. */
export interface DraftedPage {
  readonly page: readonly Passage[];
  readonly teams: readonly DraftedResult['team'][];
}

/** The first `length` passages of two rankings by team draft; who picks first in each round is drawn anew every time. */
export async function draftPage(a: PassageList, b: PassageList, length: number): Promise<DraftedPage> {
  const [first, second] = await Promise.all([a.slice(0, length), b.slice(0, length)]);
  const idsOf = (passages: readonly Passage[]): string[] => passages.map(idOf);
  const byId = new Map([...second, ...first].map((passage) => [idOf(passage), passage]));
  const seed = randomInt(2 ** 31);
  const drafted = draftTeams(idsOf(first), idsOf(second), { seed, length });
  return {
    page: drafted.flatMap(({ id }) => byId.get(id) ?? []),
    teams: drafted.map(({ team }) => team),
  };
}

/** How many passages of a ranking from the first on are among these: where its next page begins, so that none is lost. */
export async function leadOf(list: PassageList, page: readonly Passage[]): Promise<number> {
  const shown = new Set(page.map(idOf));
  const passages = await list.slice(0, page.length);
  const missing = passages.findIndex((passage) => !shown.has(idOf(passage)));
  return missing === -1 ? passages.length : missing;
}

function idOf({ hit }: Passage): string {
  return `${hit.collection}\u0000${hit.candidate.chunk.id}`;
}

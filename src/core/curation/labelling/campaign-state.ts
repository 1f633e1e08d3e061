import type { Rating } from '../agreement.js';
import { type JudgeRecord, TRUST_THRESHOLD, trustOf } from '../judge-trust.js';
import {
  ANSWERING_GRADE,
  type LabelAnswer,
  type LabelEvent,
  PASSAGE_LABELS,
  type Rejection,
  type WorkItem,
} from './campaign.js';

/** An answer that was taken. */
export interface Verdict {
  readonly judge: string;
  readonly item: WorkItem;
  readonly answer: LabelAnswer;
  /** Number of its entry in the ledger. */
  readonly sequence: number;
}

interface Lease {
  readonly judge: string;
  readonly lease: string;
  readonly until: string;
}

/** The answer that an item got from a judge before, for answering a repeated call alike. */
export interface KnownAnswer {
  readonly answer: LabelAnswer;
  readonly rejection: Rejection | null;
  readonly detail: string;
}

/** Somebody whose trust is below this share of a judge's is much less trusted than the judge. */
const FAR_LESS = 0.8;

/** What a campaign's ledger adds up to. Entries are folded in once each, in order. */
export class CampaignState {
  readonly items = new Map<string, WorkItem>();
  readonly verdicts: Verdict[] = [];
  /** Sequence number of the last entry folded in. */
  sequence = 0;
  /** Entries up to this one have been written into the dataset. */
  appliedUpTo = 0;
  readonly #leases = new Map<string, Lease[]>();
  readonly #answered = new Map<string, Map<string, KnownAnswer>>();
  readonly #byItem = new Map<string, Verdict[]>();
  readonly #submissions = new Map<string, { submitted: number; rejected: number }>();

  /** Takes the items of the opened campaign. */
  open(items: readonly WorkItem[]): void {
    for (const item of items) this.items.set(item.id, item);
  }

  /** Folds in one entry. */
  apply(sequence: number, event: LabelEvent): void {
    this.sequence = sequence;
    if (event.type === 'applied') this.appliedUpTo = Math.max(this.appliedUpTo, event.upTo);
    if (event.type === 'lease') {
      for (const item of event.items) {
        const others = (this.#leases.get(item) ?? []).filter((lease) => lease.judge !== event.judge);
        this.#leases.set(item, [...others, { judge: event.judge, lease: event.lease, until: event.until }]);
      }
    }
    if (event.type === 'answer') this.#answer(sequence, event);
  }

  #answer(sequence: number, event: Extract<LabelEvent, { type: 'answer' }>): void {
    const count = this.#submissions.get(event.judge) ?? { submitted: 0, rejected: 0 };
    this.#submissions.set(event.judge, {
      submitted: count.submitted + 1,
      rejected: count.rejected + (event.rejection === null ? 0 : 1),
    });
    const known = this.#answered.get(event.item) ?? new Map<string, KnownAnswer>();
    known.set(event.judge, { answer: event.answer, rejection: event.rejection, detail: event.detail });
    this.#answered.set(event.item, known);
    const item = this.items.get(event.item);
    if (event.rejection === null && item !== undefined) {
      const verdict = { judge: event.judge, item, answer: event.answer, sequence };
      this.verdicts.push(verdict);
      this.#byItem.set(item.id, [...(this.#byItem.get(item.id) ?? []), verdict]);
    }
  }

  /** Judges whose answers to an item were taken. */
  doneBy(item: string): string[] {
    return [...(this.#answered.get(item) ?? [])]
      .filter(([, known]) => known.rejection === null)
      .map(([judge]) => judge);
  }

  /** What a judge last handed in for an item. */
  lastAnswer(item: string, judge: string): KnownAnswer | undefined {
    return this.#answered.get(item)?.get(judge);
  }

  /** Leases of an item that hold at a time, of judges who have not answered it yet. */
  leasesAt(item: string, now: string): readonly Lease[] {
    const done = this.doneBy(item);
    return (this.#leases.get(item) ?? []).filter((lease) => lease.until > now && !done.includes(lease.judge));
  }

  /** The lease that a judge was last given on an item, expired or not. */
  leaseOf(item: string, judge: string): Lease | undefined {
    return this.#leases.get(item)?.find((lease) => lease.judge === judge);
  }

  /** Items that a judge may be given, in the campaign's order. Those that it holds already come first. */
  openFor(judge: string, now: string): WorkItem[] {
    const held: WorkItem[] = [];
    const free: WorkItem[] = [];
    for (const item of this.items.values()) {
      const done = this.doneBy(item.id);
      if (done.includes(judge) || done.length >= item.judges) continue;
      const leases = this.leasesAt(item.id, now);
      if (leases.some((lease) => lease.judge === judge)) held.push(item);
      else if (this.#isFree(item, judge, done.length + leases.length)) free.push(item);
    }
    return [...held, ...free];
  }

  #isFree(item: WorkItem, judge: string, taken: number): boolean {
    if (taken >= item.judges) return false;
    return item.repeats === '' || this.doneBy(item.repeats).includes(judge);
  }

  /** Items still wanted. Repetitions are not counted: they are for one judge only, who may have left. */
  remaining(): number {
    let open = 0;
    for (const item of this.items.values()) {
      if (item.repeats === '' && this.doneBy(item.id).length < item.judges) open++;
    }
    return open;
  }

  /** Answers taken after an entry of the ledger. */
  acceptedAfter(sequence: number): number {
    return this.verdicts.filter((verdict) => verdict.sequence > sequence).length;
  }

  /** Names of all judges, in order. */
  judges(): string[] {
    return [...this.#submissions.keys()].sort();
  }

  /** Grades as ratings of single passages; repetitions left out. */
  ratings(): Rating[] {
    return this.verdicts
      .filter(({ item, answer }) => item.repeats === '' && !answer.abstain)
      .flatMap(({ item, judge, answer }) =>
        gradesByPlace(item, answer).map(({ place, grade }) => ({ unit: `${item.id}/${place}`, judge, grade })),
      );
  }

  /**
   * What is known of a judge. Disagreement with a judge who is not trusted, and is trusted much less than this one or
   * fails already by gold and repetitions, says nothing and is left out. Of two who pass both and contradict each other
   * nobody can tell who is right, so neither is trusted.
   */
  recordOf(judge: string): JudgeRecord {
    const alone = this.#recordAlone(judge);
    const first = this.#firstTrust(judge, alone);
    const partners = new Map<string, boolean>();
    return this.#withOthers(judge, alone, (other) => {
      const known = partners.get(other);
      if (known !== undefined) return known;
      const theirs = this.#recordAlone(other);
      const trust = this.#firstTrust(other, theirs);
      const isSound = trustOf(theirs) >= Math.min(TRUST_THRESHOLD, trustOf(alone));
      const isHeard = isSound && (trust >= TRUST_THRESHOLD || trust >= first * FAR_LESS);
      partners.set(other, isHeard);
      return isHeard;
    });
  }

  /** Trust when every other judge counts. */
  #firstTrust(judge: string, alone: JudgeRecord): number {
    return trustOf(this.#withOthers(judge, alone, () => true));
  }

  #withOthers(judge: string, alone: JudgeRecord, counts: (other: string) => boolean): JudgeRecord {
    const record = { ...alone };
    for (const { item, answer } of this.#gradedBy(judge)) {
      for (const other of this.#byItem.get(item.id) ?? []) {
        if (other.judge === judge || other.answer.abstain || !counts(other.judge)) continue;
        // What is known for certain is no evidence of agreement: a dishonest judge may know it too.
        const same = countAgreeing(item, answer, other, (at) => item.gold[at] === null);
        record.shared += same.of;
        record.sharedSame += same.agreeing;
        record.sharedAnswers += same.answers;
        record.sharedAnswersSame += same.answersAgreeing;
      }
    }
    return record;
  }

  #gradedBy(judge: string): Verdict[] {
    return this.verdicts.filter((verdict) => verdict.judge === judge && !verdict.answer.abstain);
  }

  /** What is known of a judge without any other. */
  #recordAlone(judge: string): JudgeRecord {
    const record = { gold: 0, goldRight: 0, goldAnswers: 0, goldAnswersRight: 0, repeats: 0, repeatsSame: 0 };
    for (const { item, answer } of this.#gradedBy(judge)) {
      for (const grade of answer.grades) {
        const gold = item.gold[PASSAGE_LABELS.indexOf(grade.label)];
        if (gold === null || gold === undefined) continue;
        const right = Number(grade.grade >= gold.low && grade.grade <= gold.high);
        record.gold++;
        record.goldRight += right;
        if (gold.low < ANSWERING_GRADE) continue;
        record.goldAnswers++;
        record.goldAnswersRight += right;
      }
      const first = this.#byItem.get(item.repeats)?.find((other) => other.judge === judge && !other.answer.abstain);
      if (first === undefined) continue;
      const same = countAgreeing(item, answer, first);
      record.repeats += same.of;
      record.repeatsSame += same.agreeing;
    }
    const none = { shared: 0, sharedSame: 0, sharedAnswers: 0, sharedAnswersSame: 0 };
    return { ...record, ...none, ...(this.#submissions.get(judge) ?? { submitted: 0, rejected: 0 }) };
  }

  /** Trust in a judge, 0..1. */
  trust(judge: string): number {
    return trustOf(this.recordOf(judge));
  }
}

/** Passages that two verdicts grade, and on how many they agree whether the passage answers. */
function countAgreeing(
  item: WorkItem,
  answer: LabelAnswer,
  other: Verdict,
  counts: (at: number) => boolean = () => true,
): { of: number; agreeing: number; answers: number; answersAgreeing: number } {
  const theirs = new Map(gradesByPlace(other.item, other.answer).map(({ place, grade }) => [place, grade]));
  const counted = new Set(item.passages.filter((_, at) => counts(at)).map(({ place }) => place));
  const mine = gradesByPlace(item, answer).filter(({ place }) => counted.has(place) && theirs.has(place));
  const isAnswer = (grade: number): boolean => grade >= ANSWERING_GRADE;
  const verdicts = mine.map(({ place, grade }) => ({
    mine: isAnswer(grade),
    theirs: isAnswer(theirs.get(place) ?? 0),
  }));
  const answers = verdicts.filter((verdict) => verdict.theirs);
  return {
    of: mine.length,
    agreeing: verdicts.filter((verdict) => verdict.mine === verdict.theirs).length,
    answers: answers.length,
    answersAgreeing: answers.filter((verdict) => verdict.mine).length,
  };
}

/** Grades by the passage's place in its example, whatever order it was shown in; control passages left out. */
export function gradesByPlace(item: WorkItem, answer: LabelAnswer): { place: number; grade: number }[] {
  return answer.grades.flatMap(({ label, grade }) => {
    const passage = item.passages[PASSAGE_LABELS.indexOf(label)];
    return passage === undefined || passage.place < 0 ? [] : [{ place: passage.place, grade }];
  });
}

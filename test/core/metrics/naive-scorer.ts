/**
 * A second scorer, written straight from trec_eval's documentation without a thought for speed or for the code under
 * test: nothing here imports from src. Grades by document, scores by document, one number out.
 */
export type Grades = Record<string, number>;
export type Scores = Record<string, number>;

/** Document ids as trec_eval ranks them. */
export function naiveOrder(scores: Scores): string[] {
  return Object.entries(scores)
    .map(([id, score]) => ({ id, score: new Float32Array([score])[0] ?? 0 }))
    .sort((a, b) => {
      if (a.score !== b.score) return b.score - a.score;
      return Buffer.compare(Buffer.from(b.id, 'utf8'), Buffer.from(a.id, 'utf8'));
    })
    .map((entry) => entry.id);
}

const sum = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0);
const gainAt = (gain: number, rank: number): number => gain / (Math.log(rank + 1) / Math.log(2));

function dcg(gains: number[]): number {
  return sum(gains.map((gain, index) => gainAt(gain, index + 1)));
}

export function naiveScore(metric: string, scores: Scores, grades: Grades, level = 1): number {
  const [name = '', cut] = metric.split('@');
  const k = cut === undefined ? 1e9 : Number(cut);
  const order = naiveOrder(scores);
  const top = order.slice(0, k);
  const isRelevant = (id: string): boolean => (grades[id] ?? -1) >= level;
  const relevantTotal = Object.keys(grades).filter(isRelevant).length;
  const found = top.filter(isRelevant).length;
  const p = cut === undefined ? (order.length === 0 ? 0 : found / order.length) : found / k;
  const r = relevantTotal === 0 ? 0 : found / relevantTotal;
  switch (name) {
    case 'ndcg':
    case 'ndcg-exp': {
      const gain = (grade: number): number => (grade <= 0 ? 0 : name === 'ndcg' ? grade : 2 ** grade - 1);
      const ideal = Object.values(grades)
        .map(gain)
        .sort((a, b) => b - a)
        .slice(0, k);
      const best = dcg(ideal);
      return best === 0 ? 0 : dcg(top.map((id) => gain(grades[id] ?? 0))) / best;
    }
    case 'map': {
      const precisions = top.flatMap((id, i) =>
        isRelevant(id) ? [top.slice(0, i + 1).filter(isRelevant).length / (i + 1)] : [],
      );
      return relevantTotal === 0 ? 0 : sum(precisions) / relevantTotal;
    }
    case 'mrr': {
      const at = top.findIndex(isRelevant);
      return at === -1 ? 0 : 1 / (at + 1);
    }
    case 'p':
      return p;
    case 'recall':
      return r;
    case 'success':
      return found > 0 ? 1 : 0;
    case 'f1':
      return p + r === 0 ? 0 : (2 * p * r) / (p + r);
    case 'judged':
      return top.length === 0 ? 0 : top.filter((id) => id in grades).length / top.length;
    case 'rprec':
      return relevantTotal === 0 ? 0 : order.slice(0, relevantTotal).filter(isRelevant).length / relevantTotal;
    case 'rbp':
      return 0.2 * sum(top.map((id, i) => (isRelevant(id) ? 0.8 ** i : 0)));
    case 'bpref': {
      const isBad = (id: string): boolean => id in grades && (grades[id] ?? 0) >= 0 && (grades[id] ?? 0) < level;
      const bad = Object.keys(grades).filter(isBad).length;
      const parts = order.flatMap((id, i) => {
        if (!isRelevant(id)) return [];
        const above = order.slice(0, i).filter(isBad).length;
        return [above === 0 ? 1 : 1 - Math.min(above, relevantTotal) / Math.min(bad, relevantTotal)];
      });
      return relevantTotal === 0 ? 0 : sum(parts) / relevantTotal;
    }
    default:
      return Number.NaN;
  }
}

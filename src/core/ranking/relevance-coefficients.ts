import type { FittedRelevance } from './relevance.js';

/** Written by `npm run fit:relevance -- --write`. */
export const RELEVANCE_COEFFICIENTS: FittedRelevance = {
  revision: '',
  modes: {
    hybrid: { hit: [], list: [], doubt: 0 },
    keyword: { hit: [], list: [], doubt: 0 },
    vector: { hit: [], list: [], doubt: 0 },
  },
};

import type { FittedRelevance } from './relevance.js';

/** Written by `npm run fit:relevance -- --write`. */
export const RELEVANCE_COEFFICIENTS: FittedRelevance = {
  revision: '27df4716f1595dd86668ad3cc6c755358d2f5cce2e9a4f34f376f43091a3fdff',
  modes: {
    hybrid: {
      hit: [-2.9749, 2.6071, 1.7165, 2.1099, 1.3262, 0.5392, 0.4656, 7.4462],
      list: [-0.9765, 1.6427, 1.1122, 1.7423, 1.3424, -0.2353, 0.8699, 2.773, 1.0053, 1.5323],
      doubt: 0.68,
    },
    keyword: {
      hit: [-2.6436, 0, 4.1622, 1.4217, 1.4615, 0.6541, 0.3815, 6.9307],
      list: [-0.4856, 0, 1.5803, 1.8038, 1.2474, 0.1008, 0.775, 2.6885, 0, 1.7874],
      doubt: 0.7,
    },
    vector: {
      hit: [-2.9663, 3.6452, 0, 0, 3.5547, 0, 1.1626, 6.2497],
      list: [-0.3285, 1.8696, 0, 0, 2.6496, 0, 0.7638, 2.3341, 1.7304, 0],
      doubt: 0.67,
    },
  },
};

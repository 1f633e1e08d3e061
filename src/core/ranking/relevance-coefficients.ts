import type { FittedRelevance } from './relevance.js';

/** Written by `npm run fit:relevance -- --write`. */
export const RELEVANCE_COEFFICIENTS: FittedRelevance = {
  revision: '27df4716f1595dd86668ad3cc6c755358d2f5cce2e9a4f34f376f43091a3fdff',
  modes: {
    hybrid: {
      hit: [-2.9718, 2.5848, 1.5293, 2.3326, 1.2415, 0.5231, 0.9888, 7.5909],
      list: [-1.0285, 1.5229, 1.2259, 1.8835, 1.2505, -0.2801, 0.8061, 2.6998, 1.136, 1.5692],
      doubt: 0.68,
    },
    keyword: {
      hit: [-2.5803, 0, 4.2395, 1.2452, 1.521, 0.5945, 0.8645, 7.0021],
      list: [-0.4031, 0, 1.5843, 1.6827, 1.3817, 0.1041, 0.6122, 2.7532, 0, 1.6102],
      doubt: 0.7,
    },
    vector: {
      hit: [-2.929, 3.6152, 0, 0, 3.5238, 0, 1.7099, 6.3268],
      list: [-0.3795, 1.8859, 0, 0, 2.564, 0, 0.8187, 2.3783, 1.8088, 0],
      doubt: 0.66,
    },
  },
};

import type { RoutingModel } from './routing.js';
import type { ToolModel } from './tool-choice.js';

/** Written by `npm run fit:routing -- --write`. */
export const ROUTING_MODEL: RoutingModel = {
  revision: '27df4716f1595dd86668ad3cc6c755358d2f5cce2e9a4f34f376f43091a3fdff',
  fresh: [7.4431, 13.296, 2.1915, 4.9],
  practised: [7.652, 12.938, 2.1118, 4.0393, 3.418, -0.5799],
  scope: [-0.0604, 4.8441, 5.7536, 3.8206, -1.6541, -3.5528, 1.7842],
  abstainBelow: 0.433,
  confidence: [-1.3977, 0.6677, 0.5168],
};

/** Written by `npm run fit:routing -- --write`. */
export const TOOL_MODEL: ToolModel = {
  coefficients: [-6.021, 4.2901, 1.6732, 2.2844, 2.3745, 2.4405],
  chosenFrom: 0.3,
};

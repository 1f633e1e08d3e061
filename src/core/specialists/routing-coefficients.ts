import type { RoutingModel } from './routing.js';
import type { ToolModel } from './tool-choice.js';

/** Written by `npm run fit:routing -- --write`. */
export const ROUTING_MODEL: RoutingModel = {
  revision: '27df4716f1595dd86668ad3cc6c755358d2f5cce2e9a4f34f376f43091a3fdff',
  fresh: [7.4431, 13.296, 2.1915, 4.9],
  practised: [7.652, 12.938, 2.1118, 4.0393, 3.418, -0.5799],
  scope: [-5.9473, 3.9099, 2.4452, 2.1659, -1.6232, -5.8953, 5.7765],
  abstainBelow: 0.604,
  confidence: [-1.6194, 0.683, 0.4689],
};

/** Written by `npm run fit:routing -- --write`. */
export const TOOL_MODEL: ToolModel = {
  coefficients: [-5.9021, 4.1926, 1.6159, 2.2114, 2.0937, 2.4737],
  chosenFrom: 0.3,
};

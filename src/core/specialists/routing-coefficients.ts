import type { RoutingModel } from './routing.js';
import type { ToolModel } from './tool-choice.js';

/** Written by `npm run fit:routing -- --write`. */
export const ROUTING_MODEL: RoutingModel = {
  revision: '27df4716f1595dd86668ad3cc6c755358d2f5cce2e9a4f34f376f43091a3fdff',
  fresh: [7.4328, 13.3168, 2.2179, 4.862],
  practised: [7.6362, 12.9566, 2.1265, 4.0278, 3.4531, -0.6431],
  scope: [-0.0604, 4.8441, 5.7536, 3.8206, -1.6541, -3.5528, 1.7842],
  abstainBelow: 0.433,
  confidence: [-1.3489, 0.6458, 0.5134],
};

/** Written by `npm run fit:routing -- --write`. */
export const TOOL_MODEL: ToolModel = {
  weights: [17.5559, 29.1395],
  need: [-1.5746, 1.4827, 1.3896, 1.287, 1.8099, -0.4974],
  chosenFrom: 0.15,
};

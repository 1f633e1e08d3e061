import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { RoutingModel } from '../src/core/specialists/routing.js';
import type { ToolModel } from '../src/core/specialists/tool-choice.js';
import { routingFigures } from './bench/specialists-routing.js';
import { fitRoutingModel, fitToolModel } from './routing/fit-routing-model.js';
import { readCases } from './routing/routing-cases.js';
import { readRoutingSuite } from './routing/routing-suite.js';

const USAGE = `npm run fit:routing -- [--write]

Fits the routing of tasks to specialists and tools on the train split of eval/router-specialist/routing, and prints what it
comes to on the test split.
  --write  writes src/core/specialists/routing-coefficients.ts`;

const TARGET = fileURLToPath(new URL('../../src/core/specialists/routing-coefficients.ts', import.meta.url));

function sourceOf(model: RoutingModel, tools: ToolModel): string {
  const list = (numbers: readonly number[]): string =>
    `[${numbers.map((value) => Number(value.toFixed(4))).join(', ')}]`;
  return `import type { RoutingModel } from './routing.js';
import type { ToolModel } from './tool-choice.js';

/** Written by \`npm run fit:routing -- --write\`. */
export const ROUTING_MODEL: RoutingModel = {
  revision: '${model.revision}',
  fresh: ${list(model.fresh)},
  practised: ${list(model.practised)},
  scope: ${list(model.scope)},
  abstainBelow: ${Number(model.abstainBelow.toFixed(3))},
  confidence: ${list(model.confidence)},
};

/** Written by \`npm run fit:routing -- --write\`. */
export const TOOL_MODEL: ToolModel = {
  weights: ${list(tools.weights)},
  need: ${list(tools.need)},
  chosenFrom: ${Number(tools.chosenFrom.toFixed(3))},
};
`;
}

const { values } = parseArgs({
  options: { write: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
});
if (values.help) console.log(USAGE);
else {
  const suite = await readRoutingSuite();
  const { cases, revision } = await readCases(suite, console.log);
  const train = cases.filter(({ task }) => task.split === 'train');
  const routing = fitRoutingModel(train, suite, revision);
  const tools = fitToolModel(train);
  for (const line of routingFigures(cases, suite, { routing, tools }).lines) console.log(line);
  if (values.write) await writeFile(TARGET, sourceOf(routing, tools));
  else console.log(sourceOf(routing, tools));
}

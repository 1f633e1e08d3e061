import { z } from 'zod';
import type { JsonObject } from '../../core/types.js';
import type { WeighedTool } from '../../services/specialists/routed-steps.js';
import type { ToolListing } from '../../services/specialists/tool-shelf.js';

/** Most bytes of an input that brings a list of tools. */
export const TOOL_LIST_BYTES = 8 * 1024 * 1024;

/** Input: tools as a gateway lists them. */
export const toolList = z
  .array(
    z.looseObject({
      name: z.string().min(1).max(200),
      description: z.string().max(8_000).nullish(),
      inputSchema: z.record(z.string(), z.json()).nullish(),
    }),
  )
  .max(1000)
  .describe('Tools as tools/list gives them: name, description, inputSchema; other keys are passed over.');

/** Output: a tool as it was weighed. */
export const weighedToolShape = z.object({
  name: z.string(),
  /** Chance, 0 to 1, that it is a right one. */
  chance: z.number(),
  isChosen: z.boolean(),
  why: z.string(),
});

/** The tools of a list, as services take them. */
export function toListings(tools: z.output<typeof toolList>): ToolListing[] {
  return tools.map(({ name, description, inputSchema }) => ({
    name,
    description: description ?? '',
    // A record of JSON values is a JSON object.
    inputSchema: (inputSchema ?? undefined) as JsonObject | undefined,
  }));
}

/** A weighed tool in the shape of {@link weighedToolShape}. */
export function toToolShape({ tool, chance, isChosen, why }: WeighedTool): z.output<typeof weighedToolShape> {
  return { name: tool.name, chance: Math.round(chance * 1000) / 1000, isChosen, why };
}

/** One line for each tool. */
export function toolLines(tools: readonly z.output<typeof weighedToolShape>[]): string[] {
  return tools.map(
    ({ name, chance, isChosen, why }) => `${isChosen ? '*' : ' '} ${name}, chance ${chance.toFixed(2)}: ${why}`,
  );
}

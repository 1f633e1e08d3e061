import { QuarryError } from '../core/errors.js';
import type { Operation } from './define.js';
import { TOOLSETS, type Toolset } from './toolsets.js';

/** The word that offers every toolset. */
export const ALL_TOOLSETS = 'all';

/** Operations of other toolsets that come along, because the answers of a toolset tell its user to call them. */
const COMES_ALONG: Partial<Record<Toolset, readonly string[]>> = {
  specialists: ['search', 'job_status', 'status', 'benchmark_run', 'curate_next', 'curate_submit'],
};

/**
 * The operations that the named toolsets offer, in the order of the registry. Every door through which others are served
 * (MCP, REST, OpenAPI) is made of this choice; the command line and the library are the owner's and have everything.
 * @param toolsets names of toolsets, or `all`
 * @throws QuarryError CONFIG_INVALID for an unknown name or none
 */
export function offeredOperations<O extends Pick<Operation, 'name' | 'toolset'>>(
  operations: readonly O[],
  toolsets: readonly string[],
): readonly O[] {
  const known: readonly string[] = [...TOOLSETS, ALL_TOOLSETS];
  const unknown = toolsets.filter((name) => !known.includes(name));
  if (unknown.length > 0 || toolsets.length === 0) {
    const what = unknown.length === 0 ? 'No toolset is named' : `Unknown toolset ${JSON.stringify(unknown[0])}`;
    throw new QuarryError('CONFIG_INVALID', `${what}.`, { hint: `Known toolsets: ${known.join(', ')}.` });
  }
  if (toolsets.includes(ALL_TOOLSETS)) return operations;
  const along = new Set(TOOLSETS.filter((name) => toolsets.includes(name)).flatMap((name) => COMES_ALONG[name] ?? []));
  return operations.filter(({ name, toolset }) => toolsets.includes(toolset) || along.has(name));
}

/** What a caller should know of an operation that this server does not offer. */
export function toolsetHint({ toolset }: Pick<Operation, 'toolset'>): string {
  return `It belongs to the toolset ${toolset}; start the server with QUARRY_TOOLSETS (or --toolsets) naming it, or with all.`;
}

/** The answer to a call of an operation that this server does not offer. */
export function notOffered(operation: Pick<Operation, 'name' | 'toolset'>): QuarryError {
  return new QuarryError('OPERATION_NOT_FOUND', `The operation ${operation.name} is not offered here.`, {
    hint: toolsetHint(operation),
  });
}

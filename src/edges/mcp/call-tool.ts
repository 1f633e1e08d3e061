import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import type { Origin } from '../../core/access/identity.js';
import { QuarryError } from '../../core/errors.js';
import type { Report } from '../../core/ports.js';
import { oneLine } from '../../core/text/fence.js';
import type { Door } from '../../operations/call.js';
import type { Operation } from '../../operations/define.js';
import type { Services } from '../../services/services.js';
import { toEdgeError } from '../edge-error.js';
import type { Log } from '../log.js';

/**
 * Most characters of one answer: 20,000 tokens of text and a quarter for the frame around it. Clients cut or refuse
 * longer answers. Operations keep their own budgets; this catches what slips through.
 */
export const MAX_ANSWER_CHARACTERS = 100_000;
/** The same text in JSON may be this much longer, because line ends and quotation marks are quoted. */
const QUOTING = 1.3;

/** What a tool call runs with. */
export interface ToolCall {
  readonly operation: Operation;
  readonly arguments: unknown;
  readonly services: Services;
  readonly door: Door;
  readonly caller?: string;
  readonly origin?: Origin;
  readonly signal: AbortSignal;
  readonly report: Report;
  readonly log: Log;
}

/** Runs an operation as a tool. Errors become results that the model can read and act upon; nothing is thrown. */
export async function callTool(call: ToolCall): Promise<CallToolResult> {
  const { operation, door } = call;
  const { clock } = call.services.context;
  const began = clock.elapsedMs();
  const about = (): object => ({ tool: operation.name, door, ms: Math.round(clock.elapsedMs() - began) });
  try {
    const { output, text } = await operation.execute(call, call.arguments ?? {});
    guardSize(operation, output, text);
    call.log('info', 'tool call', { ...about() });
    return { content: [{ type: 'text', text }], structuredContent: output };
  } catch (thrown) {
    const error = toEdgeError(thrown);
    const level = error.code === 'INTERNAL' ? 'error' : 'info';
    const cause = error.code === 'INTERNAL' ? { cause: String(error.cause) } : {};
    call.log(level, 'tool call failed', { ...about(), code: error.code, ...cause });
    return { content: [{ type: 'text', text: renderError(error) }], isError: true };
  }
}

/** An error for a model: code, message, what to do next, and what a program would look at. */
export function renderError(error: QuarryError): string {
  const retry = error.meaning.retryable ? ' (the same call may succeed later)' : '';
  const details =
    error.details === undefined ? '' : `\nDetails: ${oneLine(JSON.stringify(error.details)).slice(0, 2_000)}`;
  return `${error.code}: ${oneLine(error.message)}${retry}\nHint: ${oneLine(error.hint ?? '')}${details}`;
}

function guardSize(operation: Operation, output: unknown, text: string): void {
  const characters = Math.max(text.length, Math.ceil(JSON.stringify(output).length / QUOTING));
  if (characters <= MAX_ANSWER_CHARACTERS) return;
  const inputs = Object.keys(operation.input.shape);
  const knobs = ['limit', 'maxTokens'].filter((name) => inputs.includes(name));
  const narrower = knobs.length === 0 ? 'Ask for less' : `Give a smaller ${knobs.join(' or ')}`;
  const rest = inputs.includes('cursor') ? ' and follow nextCursor for the rest' : '';
  throw new QuarryError(
    'LIMIT_REACHED',
    `The answer of ${operation.name} is too long for a client: ${characters} characters.`,
    {
      hint: `${narrower}${rest}, so that the answer stays below ${MAX_ANSWER_CHARACTERS} characters.`,
    },
  );
}

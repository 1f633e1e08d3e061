import { z } from 'zod';
import type { Need } from '../core/access/scope.js';
import { type ErrorCode, isDiskFull, QuarryError, toQuarryError } from '../core/errors.js';
import type { JsonObject } from '../core/types.js';
import type { OperationContext } from './call.js';
import { parseJsonTexts } from './coerce.js';
import { describeIssues } from './describe-issues.js';
import { findOverlong } from './input-bounds.js';
import { requireJson } from './json-input.js';
import { guardJsonSize } from './json-size.js';
import { oneLineValues } from './one-line-values.js';
import { recordCall, requireScope } from './recorded-call.js';
import type { Effect, Toolset } from './toolsets.js';

/** Bytes of input that a server reads for an operation that declares no more. */
export const DEFAULT_INPUT_BYTES = 64 * 1024;

/** How an operation is reached over REST, below `/api/v1`. */
export interface HttpBinding {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Express style, for instance `/documents/:id`; parameters are input keys. */
  readonly path: string;
  /** Default 200. */
  readonly status?: number;
}

/** How an operation is reached on the command line. */
export interface CliBinding {
  /** Words of the command, for instance `['note', 'create']`. */
  readonly command: readonly string[];
  /** Input keys given without a flag, in order; the last may be a list and take the rest. */
  readonly positional?: readonly string[];
  /** Input keys of a document that may be read from a file with `@path` or from standard input with `-`. */
  readonly fromFile?: readonly string[];
  /** One-letter flags by input key. */
  readonly short?: Readonly<Record<string, string>>;
  /** A flag of another operation's command under which this one is reached too, with the flags of its own. */
  readonly alsoAs?: { readonly command: string; readonly flag: string };
  /** Output field that holds the id of a source which `--watch` can follow. */
  readonly watch?: string;
}

/** An operation as it is written down: once, as data. */
export interface OperationDefinition<I extends z.ZodObject, O extends z.ZodObject> {
  /** snake_case; also the name of the MCP tool. */
  readonly name: string;
  /** A title of two to five words. */
  readonly summary: string;
  /** What it does and when to use it, for a model as much as for a person. At most 600 characters. */
  readonly description: string;
  readonly effect: Effect;
  /** Whether a second equal call changes nothing more. Reads always are. */
  readonly idempotent: boolean;
  /** Whether it reaches outside this machine. */
  readonly openWorld: boolean;
  readonly toolset: Toolset;
  /** What it needs of its caller. Default: what `needOf` says of its toolset and effect. */
  readonly scope?: Need;
  readonly http: HttpBinding;
  readonly cli: CliBinding;
  /** A strict object of flat fields, every one described. */
  readonly input: I;
  /** An object of JSON without transforms. */
  readonly output: O;
  readonly errors: readonly ErrorCode[];
  /** Most bytes of its input that a server reads. Default: {@link DEFAULT_INPUT_BYTES}. */
  readonly maxInputBytes?: number;
  /** Whether it reads so much that only a few such calls run at once; the others wait in a fair queue. */
  readonly takesTurn?: boolean;
  /** Inputs that run against the example workspace of the registry test. */
  readonly examples: readonly z.input<I>[];
  /** Name of the output field that holds the id of a started job; the command line then waits for it. */
  readonly startsJob?: string;
  /** Operation that tells what the started job came to, and the input key that takes a list with the job's id. */
  readonly jobAnswer?: { readonly operation: string; readonly key: string };
  /** What of an answer means failure to a script, in words; empty when nothing does. The command line then exits with 1. */
  failure?(output: z.output<O>): string;
  run(context: OperationContext, input: z.output<I>): Promise<z.output<O>>;
  /**
   * Where in the output texts of documents stand, lists passed through (`results.text`). They alone reach `render` as they
   * are, which fences them (`fenceText`); every other text comes as one line that hides nothing. Default: none.
   */
  readonly quoted?: readonly string[];
  /** Compact text that holds the full answer, for a person or a model. */
  render(output: z.output<O>): string;
}

/** An operation as the edges see it. */
export interface Operation
  extends Omit<OperationDefinition<z.ZodObject, z.ZodObject>, 'run' | 'render' | 'examples' | 'failure' | 'quoted'> {
  readonly examples: readonly JsonObject[];
  /** JSON Schema 2020-12 of the input and output. */
  readonly inputSchema: JsonObject;
  readonly outputSchema: JsonObject;
  /**
   * Checks the input strictly (objects and lists may be JSON in a string, see `parseJsonTexts`), runs, and gives data and text that say the same.
   * Refuses callers without its scope, and tells the audit log what it must know.
   * @throws QuarryError INPUT_INVALID naming the bad key and listing the good ones; SCOPE_MISSING, AUDIT_UNAVAILABLE; what
   *   the operation declares
   */
  execute(context: OperationContext, rawInput: unknown): Promise<Outcome>;
}

/** An operation whose name, input and output the compiler knows. */
export interface DefinedOperation<N extends string, I extends z.ZodObject, O extends z.ZodObject>
  extends Omit<Operation, 'name' | 'input' | 'output'> {
  readonly name: N;
  readonly input: I;
  readonly output: O;
}

/** What an operation gives: data, the same as text, and what of it means failure to a script (empty: nothing). */
export interface Outcome<Output = JsonObject> {
  readonly output: Output;
  readonly text: string;
  readonly failure: string;
}

/** Whatever writes can find the disk full. */
function declaredErrors({ effect, errors }: { effect: Effect; errors: readonly ErrorCode[] }): readonly ErrorCode[] {
  return effect === 'read' ? errors : [...new Set<ErrorCode>([...errors, 'STORE_FULL'])];
}

/** Makes an operation of its definition. */
export function defineOperation<const N extends string, I extends z.ZodObject, O extends z.ZodObject>(
  definition: OperationDefinition<I, O> & { readonly name: N },
): DefinedOperation<N, I, O> {
  // Made when somebody asks: a call needs one of them, a list of commands none. A JSON Schema is plain JSON.
  const schemas = {
    input: lazily(() => z.toJSONSchema(definition.input, { io: 'input' }) as JsonObject),
    output: lazily(() => z.toJSONSchema(definition.output) as JsonObject),
  };
  return {
    ...definition,
    errors: declaredErrors(definition),
    examples: definition.examples as readonly JsonObject[], // Inputs are flat JSON by the registry's own test.
    get inputSchema() {
      return schemas.input();
    },
    get outputSchema() {
      return schemas.output();
    },
    async execute(context, rawInput) {
      await requireScope(definition, context);
      const input = parse(definition, schemas.input(), rawInput);
      const work = (): Promise<Outcome> => answer(definition, context, input);
      const turn = { caller: context.caller ?? context.door, signal: context.signal };
      const inTurn = definition.takesTurn === true ? () => context.services.turns.run(turn, work) : work;
      return recordCall(definition, { context, input }, inTurn);
    },
  };
}

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** The checked input. What can be judged by its size alone is refused before anything looks at every part of it. */
function parse<I extends z.ZodObject, O extends z.ZodObject>(
  { name, input: schema }: OperationDefinition<I, O>,
  inputSchema: JsonObject,
  rawInput: unknown,
): z.output<I> {
  const input = parseJsonTexts(inputSchema, rawInput);
  const overlong = findOverlong(inputSchema, input);
  if (overlong !== undefined) throw describeIssues(name, schema, overlong, input);
  guardJsonSize(name, input);
  // As it came, and again where JSON was read out of texts.
  requireJson(name, rawInput);
  if (input !== rawInput) requireJson(name, input);
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw describeIssues(name, schema, parsed.error, input);
  return parsed.data;
}

async function answer<I extends z.ZodObject, O extends z.ZodObject>(
  definition: OperationDefinition<I, O>,
  context: OperationContext,
  input: z.output<I>,
): Promise<Outcome> {
  const output = await definition.run(context, input).catch((error: unknown) => {
    throw isDiskFull(error) ? toQuarryError(error) : error;
  });
  const checked = definition.output.safeParse(output);
  if (!checked.success) {
    throw new QuarryError('INTERNAL', `${definition.name} gave an answer of the wrong shape.`, {
      cause: checked.error,
    });
  }
  const shown = oneLineValues(checked.data, definition.quoted);
  // Output schemas hold plain JSON without transforms, so the parsed value is JSON.
  return {
    output: checked.data as JsonObject,
    text: definition.render(shown),
    failure: definition.failure?.(shown) ?? '',
  };
}

import type { Operation } from '../../operations/define.js';
import type { ListedOperation } from '../../operations/listed-operation.js';
import { type Parameter, parametersOf } from './arguments.js';

/** A loaded operation, as one lists it that is not. */
export function listOperation(operation: Operation): ListedOperation {
  const { name, summary, toolset, cli } = operation;
  return {
    name,
    summary,
    toolset,
    command: cli.command,
    words: positionalsOf(operation).map(positionalWord),
    ...(cli.alsoAs === undefined ? {} : { alsoAs: cli.alsoAs.command }),
    load: async () => operation,
  };
}

/** The parameters that are given without a flag, in order. */
export function positionalsOf(operation: Operation): Parameter[] {
  const parameters = parametersOf(operation);
  const keys = operation.cli.positional ?? [];
  return keys.flatMap((key) => parameters.filter((parameter) => parameter.key === key));
}

/** How help shows a parameter that is given without a flag. */
export function positionalWord(parameter: Parameter): string {
  const name = parameter.kind === 'list' ? `${parameter.flag}...` : parameter.flag;
  return parameter.isRequired ? `<${name}>` : `[${name}]`;
}

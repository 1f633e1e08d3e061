import { type Command, Option } from 'commander';
import type { Operation } from '../../operations/define.js';
import { jobText } from '../../operations/job-shape.js';
import { type Parameter, parametersOf } from './arguments.js';
import { addGlobalOptions, overridesOf } from './global-options.js';
import { positionalsOf, positionalWord } from './list-operation.js';
import { type GlobalOptions, printError } from './print-error.js';
import type { ProgramParts } from './program-parts.js';
import { type CommandContext, type Gathered, gatherInput, runCommand } from './run-command.js';
import { printable } from './terminal.js';

/** What a command is made of, besides its own operation. */
interface CommandParts {
  readonly others: readonly Operation[];
  readonly parts: ProgramParts;
  setExitCode(code: number): void;
}

/**
 * Gives a command that was only listed what its operation says of it: words, flags, help, and what it does.
 * @param others operations that are reached by a flag of this command
 */
export function completeCommand(
  command: Command,
  operation: Operation,
  { others, parts, setExitCode }: CommandParts,
): void {
  const parameters = parametersOf(operation);
  command.description(operation.description);
  for (const parameter of positionalsOf(operation)) command.argument(positionalWord(parameter), parameter.description);
  for (const parameter of parameters.filter((candidate) => !candidate.isPositional)) {
    // Saying outright what holds anyway is no mistake.
    if (parameter.isOnByDefault) command.addOption(new Option(`--${parameter.flag}`).hideHelp());
    command.addOption(optionOf(parameter, operation.cli.short?.[parameter.key]));
  }
  for (const other of others) addAlso(command, other);
  addGlobalOptions(command);
  if (operation.cli.watch !== undefined)
    command.option('--watch', 'after ingesting a folder, follow its changes until Ctrl-C');
  command.action(async (...given: unknown[]) => {
    // Commander calls back with the positional words, then the flags, then the command.
    const positional = given.slice(0, -2) as Gathered['positional'];
    const { flags, chosen } = chooseOperation(operation, others, command.optsWithGlobals<Record<string, unknown>>());
    setExitCode(await runOperation(chosen, { positional, flags }, parts));
  });
}

function addAlso(command: Command, other: Operation): void {
  command.option(`--${other.cli.alsoAs?.flag}`, other.description);
  const known = new Set(command.options.map(({ long }) => long));
  for (const parameter of parametersOf(other).filter(({ flag }) => !known.has(`--${flag}`))) {
    const option = optionOf(parameter, undefined);
    option.description = `With --${other.cli.alsoAs?.flag}: ${option.description}`;
    command.addOption(option);
  }
}

/** The operation that the flags ask for, and the flags that are its own. */
function chooseOperation(
  operation: Operation,
  others: readonly Operation[],
  flags: Record<string, unknown>,
): { chosen: Operation; flags: Record<string, unknown> } {
  for (const other of others) {
    const { [other.cli.alsoAs?.flag ?? '']: isChosen, ...rest } = flags;
    if (isChosen === true) return { chosen: other, flags: rest };
  }
  return { chosen: operation, flags };
}

/** One value stays a string, which a list splits at its commas; several are taken as they are. */
function collect(value: string, previous: string | readonly string[] | undefined): string | readonly string[] {
  if (previous === undefined) return value;
  return typeof previous === 'string' ? [previous, value] : [...previous, value];
}

/** What a flag is for, whether it has to be given, and the words that it takes. */
function describe({ description, choices, isRequired }: Parameter): string {
  const must = isRequired ? 'Required. ' : '';
  const words = choices.length === 0 ? '' : ` One of ${choices.join(', ')}.`;
  return `${must}${description}${words}`;
}

/** A flag; lists and objects are given by repeating it. */
function optionOf(parameter: Parameter, short: string | undefined): Option {
  const { kind } = parameter;
  const description = describe(parameter);
  const flag = `${short === undefined ? '' : `-${short}, `}--${parameter.flag}`;
  if (kind === 'boolean' && parameter.isOnByDefault) return new Option(`--no-${parameter.flag}`, `Off: ${description}`);
  if (kind === 'boolean') return new Option(flag, description);
  if (kind === 'value') return new Option(`${flag} <value>`, description);
  const placeholder = kind === 'object' ? 'key=value' : 'value';
  const several = kind === 'object' ? 'Repeat for several.' : 'Repeat for several, or separate them by commas.';
  return new Option(`${flag} <${placeholder}>`, `${description} ${several}`).argParser(collect);
}

async function runOperation(operation: Operation, gathered: Gathered, parts: ProgramParts): Promise<number> {
  const { json, quiet, home, workspace, model, watch, ...flags } = gathered.flags;
  const options: GlobalOptions = { json: json === true, quiet: quiet === true };
  try {
    const input = await gatherInput(operation, { ...gathered, flags }, parts.terminal.stdin);
    const opened = await parts.open(overridesOf({ home, workspace, model }));
    try {
      const { operations, terminal, signal } = parts;
      const context = { services: opened.services, operations, terminal, signal, options };
      const { exitCode, output } = await runCommand(operation, input, context);
      const watched = operation.cli.watch === undefined ? undefined : output[operation.cli.watch];
      if (watch === true && exitCode === 0 && typeof watched === 'string') await watchSource(watched, context);
      return exitCode;
    } finally {
      await opened.close();
    }
  } catch (error) {
    return printError(error, parts.terminal, options);
  }
}

async function watchSource(source: string, { services, terminal, signal, options }: CommandContext): Promise<void> {
  const say = (text: string): void => {
    if (!options.quiet) terminal.stderr.write(`${text}\n`);
  };
  const onJob = async (id: string): Promise<void> => {
    const done = await services.jobs.wait(id, Number.MAX_SAFE_INTEGER);
    const isNews = ['added', 'updated', 'removed', 'failed'].some((name) => (done.counts[name] ?? 0) > 0);
    if (!signal.aborted && (isNews || done.error !== null)) say(printable(jobText(done)));
  };
  say('Watching for changes; stop with Ctrl-C.');
  await services.ingest.watch(
    source,
    {
      onJob: (job) => void onJob(job.id),
      onPresence: ({ uri }, isThere) =>
        say(printable(isThere ? `${uri} is back; syncing.` : `${uri} is gone; waiting for it to come back.`)),
    },
    signal,
  );
}

import { Command, CommanderError, Option } from 'commander';
import type { Config } from '../../config/schema.js';
import { QuarryError } from '../../core/errors.js';
import { nearestName } from '../../core/text/nearest-name.js';
import type { Operation } from '../../operations/define.js';
import { jobText } from '../../operations/job-shape.js';
import type { Services } from '../../services/services.js';
import { type Parameter, parametersOf } from './arguments.js';
import {
  type CommandContext,
  type Gathered,
  type GlobalOptions,
  gatherInput,
  printError,
  runCommand,
} from './run-command.js';
import { printable, type Terminal } from './terminal.js';

/** A workspace as the command line needs it. */
export interface OpenWorkspace {
  readonly services: Services;
  close(): Promise<void>;
}

/** A command that is no operation: a server, for instance. */
export interface ExtraCommand {
  /** The group of commands that it stands in; default none. */
  readonly group?: string;
  readonly name: string;
  /** A word that must follow; it is given to `run` as the only one in `words`. */
  readonly argument?: { readonly name: string; readonly description: string };
  readonly summary: string;
  readonly options: readonly { readonly flags: string; readonly description: string }[];
  run(flags: Readonly<Record<string, unknown>>, config: Partial<Config>): Promise<number>;
}

/** What the command line is made of. */
export interface ProgramParts {
  readonly version: string;
  readonly operations: readonly Operation[];
  readonly extras: readonly ExtraCommand[];
  readonly terminal: Terminal;
  /** Fires on Ctrl-C. */
  readonly signal: AbortSignal;
  open(config: Partial<Config>): Promise<OpenWorkspace>;
}

interface Outcome {
  exitCode: number;
}

/** Runs the command line on its words (without node and script) and gives the exit code. Never throws. */
export async function runProgram(words: readonly string[], parts: ProgramParts): Promise<number> {
  const outcome: Outcome = { exitCode: 0 };
  const json = words.includes('--json');
  try {
    await buildProgram(parts, outcome).parseAsync([...words], { from: 'user' });
    return outcome.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return endOfParsing(error, parts, json);
    return printError(error, parts.terminal, { json, quiet: false });
  }
}

/** Help and version end the parsing without fault; anything else is bad input. */
function endOfParsing(error: CommanderError, parts: ProgramParts, json: boolean): number {
  if (error.exitCode === 0) return 0;
  const message = error.message.replace(/^error: /, '').replaceAll('\n', ' ');
  return printError(
    new QuarryError('INPUT_INVALID', message, { hint: 'Run quarry --help, or quarry COMMAND --help.' }),
    parts.terminal,
    { json, quiet: false },
  );
}

function buildProgram(parts: ProgramParts, outcome: Outcome): Command {
  const { terminal } = parts;
  const program = new Command('quarry')
    .description(
      'Local-first knowledge for AI agents: ingest sites, repositories and folders, search them with citations.',
    )
    .version(parts.version, '-V, --version')
    // Behind a command, --version is that command's: the version of a dataset.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: () => undefined,
      outputError: () => undefined,
    })
    .showSuggestionAfterError(true)
    .helpCommand(false);
  addGlobalOptions(program);
  const groups = new Map<string, Command>();
  for (const operation of parts.operations)
    addOperation(groupOf(program, groups, operation), operation, parts, outcome);
  for (const extra of parts.extras) addExtra(groups.get(extra.group ?? '') ?? program, extra, outcome);
  helpWithUnknownWords(program);
  return program;
}

/** Without words a command shows its help; words that are no command are refused with the nearest one. */
function helpWithUnknownWords(parent: Command): void {
  parent
    .argument('[words...]')
    .allowUnknownOption()
    .action((words: readonly string[]) => {
      const [word] = words;
      if (word === undefined) parent.outputHelp();
      else throw unknownCommand(word, parent);
    });
}

function unknownCommand(word: string, parent: Command): QuarryError {
  const near = nearestName(
    word,
    parent.commands.map((command) => command.name()),
  );
  return new QuarryError('INPUT_INVALID', `There is no command ${JSON.stringify(word.slice(0, 100))}.`, {
    hint:
      near === undefined
        ? 'Run quarry --help to see the commands.'
        : `Did you mean ${parent.name() === 'quarry' ? '' : 'quarry '}${parent.name()} ${near}?`,
  });
}

function addGlobalOptions(command: Command): void {
  command
    .addOption(new Option('--json', 'print JSON'))
    .addOption(new Option('--quiet', 'print nothing but errors'))
    .addOption(new Option('--home <folder>', 'folder that holds everything (QUARRY_HOME)'))
    .addOption(new Option('--workspace <name>', 'workspace (QUARRY_WORKSPACE)'))
    .addOption(new Option('--model <name>', 'embedding model (QUARRY_MODEL)'));
}

/** The command under which an operation stands: the program, or a group such as `note`. */
function groupOf(program: Command, groups: Map<string, Command>, operation: Operation): Command {
  const [group, ...rest] = operation.cli.command;
  if (group === undefined || rest.length === 0) return program;
  const known = groups.get(group);
  if (known !== undefined) return known;
  const made = program
    .command(group)
    .description(`${group} commands`)
    .exitOverride()
    .helpCommand(false)
    .copyInheritedSettings(program);
  addGlobalOptions(made);
  helpWithUnknownWords(made);
  groups.set(group, made);
  return made;
}

function addOperation(parent: Command, operation: Operation, parts: ProgramParts, outcome: Outcome): void {
  const parameters = parametersOf(operation);
  const command = parent
    .command(operation.cli.command.at(-1) ?? operation.name)
    .summary(operation.summary)
    .description(operation.description);
  for (const key of operation.cli.positional ?? []) {
    const parameter = parameters.find((candidate) => candidate.key === key);
    if (parameter !== undefined) command.argument(positionalOf(parameter), parameter.description);
  }
  for (const parameter of parameters.filter((candidate) => !candidate.isPositional)) {
    // Saying outright what holds anyway is no mistake.
    if (parameter.isOnByDefault) command.addOption(new Option(`--${parameter.flag}`).hideHelp());
    command.addOption(optionOf(parameter, operation.cli.short?.[parameter.key]));
  }
  const others = alsoAs(parts.operations, operation);
  for (const other of others) addAlso(command, other);
  addGlobalOptions(command);
  if (operation.cli.watch !== undefined)
    command.option('--watch', 'after ingesting a folder, follow its changes until Ctrl-C');
  command.action(async (...given: unknown[]) => {
    // Commander calls back with the positional words, then the flags, then the command.
    const positional = given.slice(0, -2) as Gathered['positional'];
    const { flags, chosen } = chooseOperation(operation, others, command.optsWithGlobals<Record<string, unknown>>());
    outcome.exitCode = await runOperation(chosen, { positional, flags }, parts);
  });
}

/** Operations that are reached by a flag of this one's command. */
function alsoAs(operations: readonly Operation[], operation: Operation): Operation[] {
  return operations.filter((other) => other.cli.alsoAs?.command === operation.cli.command.join(' '));
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

function positionalOf(parameter: Parameter): string {
  const name = parameter.kind === 'list' ? `${parameter.flag}...` : parameter.flag;
  return parameter.isRequired ? `<${name}>` : `[${name}]`;
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

/** Settings given as flags. */
function overridesOf(flags: { home: unknown; workspace: unknown; model: unknown }): Partial<Config> {
  const given = Object.entries(flags).filter(([, value]) => typeof value === 'string');
  return Object.fromEntries(given); // Keys are settings of type string, values were just checked to be strings.
}

function addExtra(parent: Command, extra: ExtraCommand, outcome: Outcome): void {
  const command = parent.command(extra.name).summary(extra.summary).description(extra.summary);
  for (const { flags, description } of extra.options) command.option(flags, description);
  if (extra.argument !== undefined) command.argument(`<${extra.argument.name}>`, extra.argument.description);
  addGlobalOptions(command);
  command.action(async () => {
    const { home, workspace, model, ...flags } = command.optsWithGlobals<Record<string, unknown>>();
    outcome.exitCode = await extra.run({ ...flags, words: command.args }, overridesOf({ home, workspace, model }));
  });
}

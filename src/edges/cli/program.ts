import { Command, CommanderError, Help } from 'commander';
import { QuarryError } from '../../core/errors.js';
import { nearestName } from '../../core/text/nearest-name.js';
import type { ListedOperation } from '../../operations/listed-operation.js';
import { addGlobalOptions, overridesOf } from './global-options.js';
import { printError } from './print-error.js';
import type { ExtraCommand, ProgramParts } from './program-parts.js';

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
  const listed = new Map<Command, ListedOperation>();
  // Groups inherit it. Flags, which the list only hints at, come with the operation.
  program.configureHelp({
    subcommandTerm(command) {
      const operation = listed.get(command);
      if (operation === undefined) return new Help().subcommandTerm(command);
      return [command.name(), '[options]', ...operation.words].join(' ');
    },
  });
  for (const operation of parts.operations) {
    const command = groupOf(program, groups, operation).command(operation.command.at(-1) ?? operation.name);
    listed.set(command.summary(operation.summary), operation);
  }
  for (const extra of parts.extras) addExtra(groups.get(extra.group ?? '') ?? program, extra, outcome);
  helpWithUnknownWords(program);
  for (const parent of [program, ...groups.values()]) {
    parent.hook('preSubcommand', (_parent, command) => complete(command, listed.get(command), parts, outcome));
  }
  return program;
}

/** Loads what the command that was asked for is made of, before its words are read. */
async function complete(
  command: Command,
  listed: ListedOperation | undefined,
  parts: ProgramParts,
  outcome: Outcome,
): Promise<void> {
  if (listed === undefined) return;
  const also = parts.operations.filter((other) => other.alsoAs === listed.command.join(' '));
  const [{ completeCommand }, operation, ...others] = await Promise.all([
    import('./operation-command.js'),
    listed.load(),
    ...also.map((other) => other.load()),
  ]);
  const setExitCode = (code: number): void => {
    outcome.exitCode = code;
  };
  completeCommand(command, operation, { others, parts, setExitCode });
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

/** The command under which an operation stands: the program, or a group such as `note`. */
function groupOf(program: Command, groups: Map<string, Command>, operation: ListedOperation): Command {
  const [group, ...rest] = operation.command;
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

import { type Command, Option } from 'commander';
import type { Config } from '../../config/schema.js';

/** Adds the options that every command takes. */
export function addGlobalOptions(command: Command): void {
  command
    .addOption(new Option('--json', 'print JSON'))
    .addOption(new Option('--quiet', 'print nothing but errors'))
    .addOption(new Option('--home <folder>', 'folder that holds everything (QUARRY_HOME)'))
    .addOption(new Option('--workspace <name>', 'workspace (QUARRY_WORKSPACE)'))
    .addOption(new Option('--model <name>', 'embedding model (QUARRY_MODEL)'));
}

/** Settings given as flags. */
export function overridesOf(flags: { home: unknown; workspace: unknown; model: unknown }): Partial<Config> {
  const given = Object.entries(flags).filter(([, value]) => typeof value === 'string');
  return Object.fromEntries(given); // Keys are settings of type string, values were just checked to be strings.
}

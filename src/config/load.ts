import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { isWorkspaceName } from '../core/access/workspace-name.js';
import { QuarryError } from '../core/errors.js';
import { type Config, SETTINGS, type SettingName } from './schema.js';

/** The shape of `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads one setting; an empty variable counts as absent. */
function readSetting(name: SettingName, environment: Environment): unknown {
  const definition = SETTINGS[name];
  for (const variable of definition.env) {
    const raw = environment[variable];
    if (raw === undefined || raw.trim() === '') continue;
    const parsed = definition.parse.safeParse(raw.trim());
    if (parsed.success) return parsed.data;
    throw new QuarryError(
      'CONFIG_INVALID',
      `${variable} is not valid: expected ${parsed.error.issues[0]?.message ?? 'another value'}.`,
      {
        hint: definition.help,
      },
    );
  }
  return definition.default;
}

function checkWorkspace(workspace: string): void {
  if (isWorkspaceName(workspace)) return;
  throw new QuarryError(
    'CONFIG_INVALID',
    `QUARRY_WORKSPACE is not a workspace name: ${JSON.stringify(workspace.slice(0, 80))}.`,
    {
      hint: 'Use 1 to 64 letters, digits, dashes or underscores, beginning with a letter or digit.',
    },
  );
}

/**
 * Builds the configuration from the environment, then from `overrides` (which win).
 * Folders come out absolute. This is the only reader of `process.env` for settings.
 * @throws QuarryError CONFIG_INVALID
 */
export function loadConfig(overrides: Partial<Config> = {}, environment: Environment = process.env): Config {
  const values: Record<string, unknown> = {};
  for (const name of Object.keys(SETTINGS)) {
    // Object.keys of a const table gives exactly its SettingName keys.
    const key = name as SettingName;
    values[key] = overrides[key] ?? readSetting(key, environment);
  }
  // Every key of SETTINGS was filled with a value of its own parser or default just above.
  const config = values as unknown as Config;
  checkWorkspace(config.workspace);
  const home = config.home === '' ? join(homedir(), '.quarry') : resolve(config.home);
  const modelCache = config.modelCache === '' ? join(home, 'models') : resolve(config.modelCache);
  return {
    ...config,
    home,
    modelCache,
    allowedRoots: config.allowedRoots.map((root) => resolve(root)),
    exportRoots:
      config.exportRoots.length === 0 ? [join(home, 'exports')] : config.exportRoots.map((root) => resolve(root)),
  };
}

/**
 * The environment that programs started by Quarry inherit: PATH, HOME, proxies, the ssh agent. Quarry's own settings,
 * its secrets among them, are left out.
 */
export function childEnvironment(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('QUARRY_')));
}

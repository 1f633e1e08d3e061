import { openStore } from '../../src/store/open-store.js';

/** Mends the store in a folder, saying so before and after. Killed by the test that started it. Argument: the folder. */
async function mend(directory: string): Promise<void> {
  const store = await openStore({ directory });
  process.stdout.write('begin\n');
  await store.mend({ act: true, now: '2026-01-01T00:00:00.000Z', remake: async () => undefined });
  process.stdout.write('done\n');
  await store.close();
}

const [, script, directory] = process.argv;
if (script?.endsWith('mend-store.child.js') && directory !== undefined) await mend(directory);

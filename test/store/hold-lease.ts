import { createInterface } from 'node:readline';
import { openStore } from '../../src/store/open-store.js';

/** Takes the lease of a database folder, says so, and keeps it until killed. */
const [, , directory] = process.argv;
if (directory !== undefined) {
  createInterface({ input: process.stdin }).once('close', () => process.exit(0)); // the test has gone
  const store = await openStore({ directory });
  await store.exclusively(() => {
    process.stdout.write('held\n');
    return new Promise(() => undefined);
  });
}

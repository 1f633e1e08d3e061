import { createInterface } from 'node:readline';
import { messageOf } from '../../src/core/errors.js';
import { openStore } from '../../src/store/open-store.js';

/** Takes the lease of a database folder, says so, and keeps it until killed; or says why it cannot. */
const [, , directory, lockWaitMs = '15000'] = process.argv;
if (directory !== undefined) {
  createInterface({ input: process.stdin }).once('close', () => process.exit(0)); // the test has gone
  const store = await openStore({ directory, lockWaitMs: Number(lockWaitMs) });
  const holding = store.exclusively(() => {
    process.stdout.write('held\n');
    return new Promise(() => undefined);
  });
  await holding.catch((error: unknown) => process.stdout.write(`${messageOf(error)}\n`));
}

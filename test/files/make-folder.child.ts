import { makeFolder } from '../../src/files/make-folder.js';

/** Tries to make a folder, and says what came of it. */
const [, , path] = process.argv;
await makeFolder(path ?? '').then(
  () => process.stdout.write('made'),
  (error: unknown) => process.stdout.write(JSON.stringify(error)),
);

import { QuarryError } from '../../src/core/errors.js';
import { openTestWorkspace } from '../support/workspace.js';

/** Creates, changes and deletes notes where there is little room; says how each call was answered. */
const [, , home = '', count = '0'] = process.argv;

const answers: string[] = [];
async function answer(work: () => Promise<unknown>): Promise<void> {
  answers.push(
    await work().then(
      () => 'done',
      (error: unknown) => (error instanceof QuarryError ? error.code : String(error)),
    ),
  );
}

try {
  const quarry = await openTestWorkspace(home, { logLevel: 'silent' });
  for (let i = 0; i < Number(count); i++) {
    const text = `Note ${i} says ${'something long '.repeat(20 * i)}.`;
    await answer(() => quarry.execute('note_create', { id: `note-${i}`, title: `Note ${i}`, text }));
  }
  await answer(() => quarry.execute('note_update', { id: 'kept', title: 'Changed' }));
  await answer(() => quarry.execute('note_delete', { id: 'doomed' }));
  await quarry.close();
  process.stdout.write(JSON.stringify(answers));
} catch (error) {
  process.stdout.write(error instanceof QuarryError ? error.code : String(error));
}
process.exit(0);

/** Answers searches in a home of one checkout and tells how long each took: `node queries-child.js CHECKOUT HOME`. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What of a checkout's library is used; the same in every version that is measured. */
interface Library {
  openQuarry(options: {
    home: string;
    logLevel: string;
  }): Promise<{ execute(name: string, input: object): Promise<unknown> }>;
}

const [checkout = '', home = ''] = process.argv.slice(2);
const path = pathToFileURL(join(checkout, 'dist', 'src', 'quarry.js')).href;
const { openQuarry } = (await import(path)) as Library; // As every checkout exports it.
const quarry = await openQuarry({ home, logLevel: 'error' });

process.on('message', (query: string) => void answer(query));
process.send?.('ready');

async function answer(query: string): Promise<void> {
  const begun = performance.now();
  await quarry.execute('search', { query });
  process.send?.(performance.now() - begun);
}

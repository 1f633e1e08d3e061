/**
 * Fetches an address whose body unpacks to far more than allowed, and prints by how many bytes that raised the peak of this
 * process: `node gzip-bomb.child.js URL`.
 */
import { createFetcher } from '../../../src/extract/fetch/fetcher.js';

const [url = ''] = process.argv.slice(2);
const fetcher = createFetcher({ allowPrivateNetwork: true, maxBytes: 5_000_000 });
// Linux hands the peak of the parent, a test worker, on to its child: only what comes on top of it counts.
const before = process.resourceUsage().maxRSS;
const refused = await fetcher.fetch(url).then(
  () => false,
  () => true,
);
await fetcher.close();
if (!refused) throw new Error('The bomb was taken.');
process.stdout.write(String((process.resourceUsage().maxRSS - before) * 1024));

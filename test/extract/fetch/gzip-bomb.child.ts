/** Fetches an address whose body unpacks to far more than allowed, and prints the peak of this process in bytes. */
import { createFetcher } from '../../../src/extract/fetch/fetcher.js';

const [url = ''] = process.argv.slice(2);
const fetcher = createFetcher({ allowPrivateNetwork: true, maxBytes: 5_000_000 });
const refused = await fetcher.fetch(url).then(
  () => false,
  () => true,
);
await fetcher.close();
if (!refused) throw new Error('The bomb was taken.');
process.stdout.write(String(process.resourceUsage().maxRSS * 1024));

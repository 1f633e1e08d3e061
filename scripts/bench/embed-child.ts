/** Opens a model, embeds texts given by its parent, and tells how long it took: `node embed-child.js MODEL`. */
import { execFileSync } from 'node:child_process';
import { openEmbedder } from '../../src/embed/open-embedder.js';

const [model = ''] = process.argv.slice(2);

/** Largest memory of this process and its children so far, in bytes; children are looked up where /proc is there. */
function peakBytes(): number {
  let bytes = process.resourceUsage().maxRSS * 1024;
  try {
    const script = `for p in $(cat /proc/${process.pid}/task/${process.pid}/children); do grep VmHWM /proc/$p/status; done`;
    for (const match of execFileSync('sh', ['-c', script], { encoding: 'utf8' }).matchAll(/(\d+) kB/g))
      bytes += Number(match[1]) * 1024;
  } catch {
    return bytes; // No /proc on this system: only this process is counted.
  }
  return bytes;
}

process.on('message', (texts: readonly string[]) => void answer(texts));

const begun = performance.now();
const embedder = await openEmbedder({ model, dtype: '', cacheDir: '', allowRemote: false, threads: 0 });
await embedder.embed(['warm'], 'query');
process.send?.({ openMs: performance.now() - begun, dimensions: embedder.fingerprint.dimensions });

async function answer(texts: readonly string[]): Promise<void> {
  const started = performance.now();
  await embedder.embed(texts, 'document');
  process.send?.({ embedMs: performance.now() - started, peakBytes: peakBytes() });
}
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

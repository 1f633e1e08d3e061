import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type * as Lance from '@lancedb/lancedb';
import type * as Arrow from 'apache-arrow';
import { messageOf, QuarryError } from '../core/errors.js';

/** The two native-backed libraries of the store, loaded together so that they share one set of Arrow classes. */
export interface Engine {
  readonly lance: typeof Lance;
  readonly arrow: typeof Arrow;
}

let loading: Promise<Engine> | undefined;

/**
 * Loads LanceDB on first use (it costs a tenth of a second and maps 100 MB of native code).
 * @throws QuarryError MACHINE_UNSUPPORTED when the processor or the platform cannot run it
 */
export function loadEngine(): Promise<Engine> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(): Promise<Engine> {
  await probeProcessor();
  prepareEnvironment();
  try {
    return requireEngine();
  } catch (error) {
    throw new QuarryError('MACHINE_UNSUPPORTED', `The database engine cannot be loaded: ${firstLine(error)}`, {
      hint: 'LanceDB has builds for Linux (glibc, musl) on x64 and arm64, macOS on arm64 and Windows. On one of these, run npm ci again so that the optional package of your platform is installed.',
      cause: error,
    });
  }
}

/**
 * Required, not imported: LanceDB is CommonJS, and importing apache-arrow would give a second copy of its classes, whose
 * tables LanceDB would have to take apart and rebuild. The build puts the two hundred files of both into one, which loads
 * in half the time; where it cannot find the native part (which it looks for from another folder), the packages can.
 */
function requireEngine(): Engine {
  const require = createRequire(import.meta.url);
  const bundled = fileURLToPath(new URL('../bundle/engine.cjs', import.meta.url));
  if (existsSync(bundled)) {
    try {
      return require(bundled);
    } catch {
      // The packages themselves say what is wrong.
    }
  }
  const lance: typeof Lance = require('@lancedb/lancedb');
  const arrow: typeof Arrow = require('apache-arrow');
  return { lance, arrow };
}

/**
 * Settings that the native code reads from the environment once, when it is loaded; the one place that writes them.
 * What the user has set stays, as long as it cannot hang the process.
 */
function prepareEnvironment(): void {
  const cores = availableParallelism();
  // Its warnings would go to stderr on every query.
  process.env['LANCEDB_LOG'] ??= 'error';
  process.env['LANCE_INCLUDE_VECTOR_CENTROIDS'] ??= 'false';
  // Lance builds a full-text index with one blocked thread per shard plus one that writes; on machines with few
  // cores its own pool is too small and the build stops forever. Two shards and a pool well above them cannot block.
  process.env['LANCE_FTS_NUM_SHARDS'] ??= '2';
  const shards = Number(process.env['LANCE_FTS_NUM_SHARDS']) || 2;
  const asked = Number(process.env['LANCE_CPU_THREADS']) || 0;
  process.env['LANCE_CPU_THREADS'] = String(Math.max(asked, cores, shards + 4));
}

/** LanceDB's x64 builds need AVX2; without it the process would die of an illegal instruction while loading. */
async function probeProcessor(): Promise<void> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return;
  const cpu = await readFile('/proc/cpuinfo', 'utf8').catch(() => ''); // not readable in some sandboxes: then try
  if (isProcessorSupported(cpu)) return;
  throw new QuarryError('MACHINE_UNSUPPORTED', 'This processor lacks AVX2, which the database engine needs.', {
    hint: 'Use a machine with an x86-64 processor of 2013 or later, or an arm64 one. In a virtual machine choose the host CPU model.',
  });
}

/** Whether the text of /proc/cpuinfo names AVX2; unknown formats are given the benefit of the doubt. */
export function isProcessorSupported(cpuinfo: string): boolean {
  const flags = /^flags\s*:(.*)$/m.exec(cpuinfo)?.[1];
  return flags === undefined || flags.split(/\s+/).includes('avx2');
}

/** What a native error says, in one line and without the source locations and causes that follow it. */
export function firstLine(error: unknown): string {
  const line = messageOf(error).split('\n')[0] ?? '';
  return line
    .replace(/,? ?\/\S+\.rs:\d+(:\d+)?/g, '')
    .trim()
    .slice(0, 300);
}

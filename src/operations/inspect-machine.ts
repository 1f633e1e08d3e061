import { access, constants } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { dirname } from 'node:path';
import type { Config } from '../config/schema.js';
import type { StoreFinding } from '../core/ports.js';

const MIN_NODE = [20, 19] as const;

/** Checks Node, memory and the home folder; the store looks after its disk. */
export async function inspectMachine(config: Config): Promise<StoreFinding[]> {
  return [nodeFinding(), machineFinding(), await homeFinding(config.home)];
}

function nodeFinding(): StoreFinding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const ok = major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1]);
  const finding = { name: 'node', ok, detail: `${process.version} on ${process.platform} ${process.arch}` };
  return ok ? finding : { ...finding, hint: `Install Node ${MIN_NODE.join('.')} or newer.` };
}

function machineFinding(): StoreFinding {
  return {
    name: 'machine',
    ok: true,
    detail: `${availableParallelism()} cores, ${(totalmem() / 2 ** 30).toFixed(1)} GiB of memory`,
  };
}

/** The nearest folder that exists, going up from a path. */
async function existing(path: string): Promise<string> {
  try {
    await access(path);
    return path;
  } catch {
    const parent = dirname(path); // It does not exist yet; its parent decides.
    return parent === path ? path : existing(parent);
  }
}

async function homeFinding(home: string): Promise<StoreFinding> {
  try {
    await access(await existing(home), constants.R_OK | constants.W_OK);
    return { name: 'home', ok: true, detail: home };
  } catch {
    return {
      name: 'home',
      ok: false,
      detail: `${home} cannot be written; searching still works.`,
      hint: 'Give this user the right to write there, or set QUARRY_HOME to another folder.',
    };
  }
}

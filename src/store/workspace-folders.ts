import { randomBytes } from 'node:crypto';
import { lstat, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { WorkspaceFolder, WorkspaceFolders } from '../core/access/ports.js';
import { isWorkspaceName } from '../core/access/workspace-name.js';
import { QuarryError, systemCode } from '../core/errors.js';
import { createDurably, syncFolder } from '../files/durable-file.js';
import { makeFolder } from '../files/make-folder.js';
import { exportWorkspace } from './export-workspace.js';
import { PRESENCE_FOLDER, Presence } from './presence.js';

const CARD = 'workspace.json';
const Card = z.object({ id: z.string().regex(/^ws_[0-9a-f]{16}$/) });
/** How folders of workspaces that are being removed begin; no workspace can be called so. */
const REMOVED = '.removed-';

/**
 * The workspaces of a home: a folder each, whose name is the workspace's. What keys go by is an id that lies in the folder:
 * it moves with it, goes with it, and a new workspace of the same name has another.
 * @param root the folder `workspaces` of the home
 */
export function createWorkspaceFolders(root: string): WorkspaceFolders {
  const pathOf = (name: string): string => join(root, name);
  const requireThere = async (name: string): Promise<void> => {
    if (!isWorkspaceName(name) || !(await isFolder(pathOf(name)))) throw notFound(name, await namesIn(root));
  };
  return {
    async list() {
      return Promise.all(
        (await namesIn(root)).map(
          async (name): Promise<WorkspaceFolder> => ({ name, path: pathOf(name), id: await readId(pathOf(name)) }),
        ),
      );
    },
    async nameOf(id) {
      for (const name of await namesIn(root)) if ((await readId(pathOf(name))) === id) return name;
      return undefined;
    },
    async idOf(name) {
      return isWorkspaceName(name) && (await isFolder(pathOf(name))) ? giveId(pathOf(name)) : undefined;
    },
    async sizeOf(name) {
      await requireThere(name);
      return bytesBelow(pathOf(name));
    },
    async create(name) {
      requireFree(name, await namesIn(root));
      await makeFolder(pathOf(name), { mode: 0o700 });
      return giveId(pathOf(name));
    },
    async export(name, to) {
      await requireThere(name);
      return exportWorkspace(pathOf(name), to);
    },
    async rename(name, to) {
      await requireThere(name);
      requireFree(to, await namesIn(root));
      await whileAlone(name, pathOf(name), () => rename(pathOf(name), pathOf(to)));
      await syncFolder(root);
    },
    async remove(name) {
      await requireThere(name);
      const away = pathOf(`${REMOVED}${name}-${randomBytes(4).toString('hex')}`);
      await whileAlone(name, pathOf(name), () => rename(pathOf(name), away));
      await syncFolder(root);
      await clearRemoved(root);
    },
  };
}

/** Also what an earlier removal that was killed has left. */
async function clearRemoved(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    if (name.startsWith(REMOVED)) await rm(join(root, name), { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Moves a folder that nobody has open: who has would go on writing to the place where it was. */
async function whileAlone(name: string, path: string, move: () => Promise<void>): Promise<void> {
  const presence = new Presence(join(path, PRESENCE_FOLDER));
  await presence.enter();
  const isAlone = await presence.isAlone();
  await presence.leave();
  if (isAlone) return move();
  throw new QuarryError('WORKSPACE_IN_USE', `The workspace ${name} is open in another process.`, {
    hint: 'Stop the servers and commands that use it, then try again.',
  });
}

async function namesIn(root: string): Promise<readonly string[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  });
  return entries
    .filter((entry) => entry.isDirectory() && isWorkspaceName(entry.name))
    .map((entry) => entry.name)
    .sort();
}

async function isFolder(path: string): Promise<boolean> {
  return lstat(path).then(
    (about) => about.isDirectory(),
    () => false, // What cannot be looked at is no workspace of ours.
  );
}

async function readId(path: string): Promise<string | undefined> {
  const text = await readFile(join(path, CARD), 'utf8').catch(() => undefined); // Nobody has asked for its id yet.
  if (text === undefined) return undefined;
  try {
    return Card.safeParse(JSON.parse(text)).data?.id;
  } catch {
    return undefined; // A damaged card names nobody: keys of this workspace are refused.
  }
}

async function giveId(path: string): Promise<string> {
  const card = { id: `ws_${randomBytes(8).toString('hex')}` };
  const known = await readId(path);
  if (known !== undefined) return known;
  if (await createDurably(join(path, CARD), `${JSON.stringify(card)}\n`)) return card.id;
  const others = await readId(path);
  if (others !== undefined) return others;
  throw new QuarryError('STORE_BROKEN', `The file ${join(path, CARD)} is damaged.`, {
    hint: 'Remove it: the workspace then gets a new id, and its keys have to be made again.',
  });
}

async function bytesBelow(path: string): Promise<number> {
  let bytes = 0;
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []); // Gone meanwhile: the engine tidies up.
  for (const entry of entries) {
    const below = join(path, entry.name);
    if (entry.isDirectory()) bytes += await bytesBelow(below);
    else bytes += (await lstat(below).catch(() => undefined))?.size ?? 0;
  }
  return bytes;
}

function requireFree(name: string, names: readonly string[]): void {
  if (!isWorkspaceName(name)) {
    throw new QuarryError('INPUT_INVALID', `${JSON.stringify(name.slice(0, 80))} is no name of a workspace.`, {
      hint: 'Use 1 to 64 letters, digits, dashes or underscores, beginning with a letter or digit.',
    });
  }
  // On some disks names that differ in case alone are one folder.
  const taken = names.find((known) => known.toLowerCase() === name.toLowerCase());
  if (taken === undefined) return;
  throw new QuarryError('ALREADY_EXISTS', `There is a workspace ${taken} already.`, { hint: 'Choose another name.' });
}

function notFound(name: string, names: readonly string[]): QuarryError {
  return new QuarryError('WORKSPACE_NOT_FOUND', `There is no workspace ${JSON.stringify(name.slice(0, 80))}.`, {
    hint: `Workspaces: ${names.slice(0, 50).join(', ') || 'none'}. Make one with quarry workspace create.`,
  });
}

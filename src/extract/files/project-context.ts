import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { IGNORE_FILE_NAMES, IgnoreRules, OWN_IGNORE_FILE } from '../selection/ignore-rules.js';
import { readSmallFile } from './read-file.js';
import { readLicence } from './read-licence.js';
import { readTrackedPaths, type TrackedPaths } from './tracked-paths.js';

/** What the folders above a source's root say about it. */
export interface ProjectContext {
  /** Rules of the ignore files above the root, and of `.git/info/exclude`. */
  readonly rules: IgnoreRules;
  /** Path of the root from the project's root, which the rules count from; empty when they are the same. */
  readonly prefix: string;
  /** Those of them that git does not know: `.quarryignore` alone. They hold for what git tracks too. */
  readonly ownRules: IgnoreRules;
  /** What git tracks below the root; undefined outside of a repository. */
  readonly tracked: TrackedPaths | undefined;
  /** SPDX expression found at the root or above it, up to the project's root; empty without one. */
  readonly licence: string;
}

/** Looks from a folder upwards to the root of the git repository that it belongs to, if any. */
export async function readProjectContext(root: string): Promise<ProjectContext> {
  const project = await projectRoot(root);
  const folders = foldersBetween(project, root);
  let licence = '';
  for (const folder of folders) licence = await readLicence(Buffer.from(folder), await namesIn(folder), licence);
  let rules = IgnoreRules.none;
  let ownRules = IgnoreRules.none;
  const tracked = await readTrackedPaths(project, root);
  const exclude = await readSmallFile(Buffer.from(path.join(project, '.git', 'info', 'exclude')));
  if (exclude !== undefined) rules = rules.with('', exclude);
  // The root's own files are read by the walk.
  for (const folder of folders.slice(0, -1)) {
    for (const name of IGNORE_FILE_NAMES) {
      const text = await readSmallFile(Buffer.from(path.join(folder, name)));
      if (text === undefined) continue;
      rules = rules.with(relativeOf(project, folder), text);
      if (name === OWN_IGNORE_FILE) ownRules = ownRules.with(relativeOf(project, folder), text);
    }
  }
  const prefix = relativeOf(project, root);
  // Whoever names an ignored folder as the source wants what is in it.
  if (prefix !== '' && rules.verdict(prefix, true) === 'ignored')
    return { rules: IgnoreRules.none, ownRules: IgnoreRules.none, prefix: '', licence, tracked };
  return { rules, ownRules, prefix, licence, tracked };
}

/** The nearest folder upwards that holds `.git`, else the folder itself. */
async function projectRoot(folder: string): Promise<string> {
  for (let at = folder; ; at = path.dirname(at)) {
    if (await exists(path.join(at, '.git'))) return at;
    if (path.dirname(at) === at) return folder;
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    await lstat(file);
    return true;
  } catch {
    // Absent or out of reach: either way nothing that we could read.
    return false;
  }
}

/** Folders from the project's root down to `root`, both included. */
function foldersBetween(project: string, root: string): string[] {
  const folders = [root];
  for (let at = root; at !== project && path.dirname(at) !== at; ) {
    at = path.dirname(at);
    folders.unshift(at);
  }
  return folders;
}

function relativeOf(from: string, to: string): string {
  return path.relative(from, to).split(path.sep).join('/');
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch {
    // The walk reports folders that cannot be listed.
    return [];
  }
}

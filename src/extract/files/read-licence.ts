import { type LicenceFile, licenceOfFolder, mayNameLicence } from '../selection/detect-licence.js';
import { joinPath, type PathBytes } from './file-path.js';
import { readSmallFile } from './read-file.js';

const MOST_FILES = 20;

/** SPDX expression of a folder's content: by the licence files and manifests among its names, else the one that it inherits. */
export async function readLicence(folder: PathBytes, names: readonly string[], inherited: string): Promise<string> {
  const files: LicenceFile[] = [];
  for (const name of names.filter(mayNameLicence).sort().slice(0, MOST_FILES)) {
    const text = await readSmallFile(joinPath(folder, Buffer.from(name)));
    if (text !== undefined) files.push({ name, text });
  }
  return licenceOfFolder(files, inherited);
}

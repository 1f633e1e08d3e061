import { spdxHeader } from '../formats/spdx.js';
import { isManifestName, licenceOfManifests } from './manifest-licence.js';

/** Name and text of a file that may hold a licence. */
export interface LicenceFile {
  readonly name: string;
  readonly text: string;
}

/** Phrases that a licence's text holds once its white space and punctuation are evened out; the first match wins. */
const PHRASES: readonly (readonly [id: string, ...phrases: string[]])[] = [
  ['AGPL-3.0-only', '^gnu affero general public license version 3'],
  ['LGPL-3.0-only', '^gnu lesser general public license version 3'],
  ['LGPL-2.1-only', '^gnu lesser general public license version 2 1'],
  ['GPL-3.0-only', '^gnu general public license version 3'],
  ['GPL-2.0-only', '^gnu general public license version 2'],
  ['SSPL-1.0', '^server side public license'],
  ['Elastic-2.0', '^elastic license 2 0'],
  ['BUSL-1.1', 'business source license 1 1'],
  ['Apache-2.0', 'apache license version 2 0'],
  ['MPL-2.0', 'mozilla public license version 2 0'],
  ['EPL-2.0', 'eclipse public license v 2 0'],
  ['EPL-1.0', 'eclipse public license v 1 0'],
  ['EUPL-1.2', 'european union public licence v 1 2'],
  ['Unlicense', 'this is free and unencumbered software released into the public domain'],
  ['CC0-1.0', 'cc0 1 0 universal'],
  ['CC-BY-NC-SA-4.0', 'attribution noncommercial sharealike 4 0 international'],
  ['CC-BY-NC-ND-4.0', 'attribution noncommercial noderivatives 4 0 international'],
  ['CC-BY-NC-4.0', 'attribution noncommercial 4 0 international'],
  ['CC-BY-SA-4.0', 'attribution sharealike 4 0 international'],
  ['CC-BY-ND-4.0', 'attribution noderivatives 4 0 international'],
  ['CC-BY-4.0', 'attribution 4 0 international'],
  ['CC-BY-SA-3.0', 'attribution sharealike 3 0'],
  ['BSL-1.0', 'boost software license version 1 0'],
  ['OFL-1.1', 'sil open font license version 1 1'],
  ['Artistic-2.0', 'the artistic license 2 0'],
  ['PostgreSQL', 'postgresql license'],
  ['PSF-2.0', 'python software foundation license version 2'],
  ['WTFPL', 'do what the fuck you want to public license'],
  ['Zlib', 'altered source versions must be plainly marked as such', 'in no event will the authors be held liable'],
  [
    'BSD-4-Clause',
    'redistribution and use in source and binary forms',
    'all advertising materials mentioning features',
  ],
  ['BSD-3-Clause', 'redistribution and use in source and binary forms', 'neither the name'],
  ['BSD-3-Clause', 'redistribution and use in source and binary forms', 'may not be used to endorse or promote'],
  ['BSD-2-Clause', 'redistribution and use in source and binary forms'],
  [
    'MIT',
    'permission is hereby granted free of charge to any person obtaining a copy',
    'this permission notice shall be included',
  ],
  ['MIT-0', 'permission is hereby granted free of charge to any person obtaining a copy'],
  [
    'ISC',
    'permission to use copy modify and or distribute this software for any purpose',
    'this permission notice appear in all copies',
  ],
  [
    'ISC',
    'permission to use copy modify and distribute this software for any purpose',
    'this permission notice appear in all copies',
  ],
  ['0BSD', 'permission to use copy modify and or distribute this software for any purpose'],
];

const PLAIN_NAME = /^(?:li[cs]en[cs]e|copying|unlicen[cs]e)(?:\.(?:md|txt|rst|adoc))?$/i;
const NAME = /^(?:li[cs]en[cs]es?|copying|unlicen[cs]e)(?:[-_.](.+))?$/i;

/** Whether a file may hold the licence of its folder, by name. */
export function isLicenceName(name: string): boolean {
  return NAME.test(name);
}

/** Whether a file may say under which licence its folder is, by name: a licence file, or a package's manifest. */
export function mayNameLicence(name: string): boolean {
  return isLicenceName(name) || isManifestName(name);
}

/** SPDX identifier of a licence's text; empty when it is none that is known. */
export function licenceOfText(text: string): string {
  const tagged = spdxHeader(text);
  if (tagged !== '') return tagged;
  const words = text
    .slice(0, 60_000)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
  const head = words.slice(0, 300);
  for (const [id, ...phrases] of PHRASES) {
    const isMatch = phrases.every((phrase) =>
      phrase.startsWith('^') ? head.includes(phrase.slice(1)) : words.includes(phrase),
    );
    if (isMatch) return id;
  }
  return '';
}

/**
 * SPDX expression of a project by its licence files. `LICENSE-MIT` beside `LICENSE-APACHE` means a choice
 * (`Apache-2.0 OR MIT`); otherwise the plainly named file decides.
 */
export function licenceOfFiles(files: readonly LicenceFile[]): string {
  const found = files
    .map((file) => ({ name: file.name, id: licenceOfText(file.text) }))
    .filter((file) => file.id !== '' && isLicenceName(file.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const plain = found.find((file) => PLAIN_NAME.test(file.name));
  if (plain !== undefined) return plain.id;
  return [...new Set(found.map((file) => file.id))].sort().join(' OR ');
}

/**
 * SPDX expression of what lies in a folder, by the licence files in it, else by what the manifest of a package states.
 * Without either it is that of the folder above; a plainly named file or a manifest that says nothing known makes it
 * unknown (empty), whatever stands above.
 */
export function licenceOfFolder(files: readonly LicenceFile[], inherited: string): string {
  const own = licenceOfFiles(files);
  if (own !== '') return own;
  if (files.some((file) => PLAIN_NAME.test(file.name))) return '';
  return licenceOfManifests(files) ?? inherited;
}

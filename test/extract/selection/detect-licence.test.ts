import { describe, expect, it } from '@jest/globals';
import { isLicenceName, licenceOfFiles, licenceOfText } from '../../../src/extract/selection/detect-licence.js';

const MIT =
  'MIT License\n\nCopyright (c) 2024 X\n\nPermission is hereby granted, free of charge, to any person obtaining a copy\nof this software... The above copyright notice and this permission\nnotice shall be included in all copies';
const APACHE =
  '                                 Apache License\n                           Version 2.0, January 2004\n                        http://www.apache.org/licenses/';

describe('licenceOfText', () => {
  it.each([
    ['MIT', MIT],
    ['Apache-2.0', APACHE],
    [
      'BSD-3-Clause',
      'Redistribution and use in source and binary forms, with or without modification... 3. Neither the name of the copyright holder',
    ],
    ['BSD-2-Clause', 'Redistribution and use in source and\nbinary forms, with or without modification'],
    [
      'GPL-3.0-only',
      '                    GNU GENERAL PUBLIC LICENSE\n                       Version 3, 29 June 2007\n ... GNU Affero General Public License ...',
    ],
    ['AGPL-3.0-only', 'GNU AFFERO GENERAL PUBLIC LICENSE\n Version 3, 19 November 2007'],
    ['LGPL-2.1-only', 'GNU LESSER GENERAL PUBLIC LICENSE\n Version 2.1, February 1999'],
    ['MPL-2.0', 'Mozilla Public License Version 2.0\n=========='],
    [
      'ISC',
      'Permission to use, copy, modify, and/or distribute this software for any\npurpose with or without fee is hereby granted, provided that the above\ncopyright notice and this permission notice appear in all copies.',
    ],
    [
      '0BSD',
      'Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted.',
    ],
    ['Unlicense', 'This is free and unencumbered software released into the public domain.'],
    ['CC-BY-SA-4.0', 'Creative Commons Attribution-ShareAlike 4.0 International Public License'],
    ['CC-BY-4.0', 'Creative Commons Attribution 4.0 International'],
    ['MIT OR Apache-2.0', 'SPDX-License-Identifier: MIT OR Apache-2.0\n'],
    ['', 'All rights reserved. Nobody may do anything.'],
    ['', ''],
  ])('recognises %s', (id, text) => expect(licenceOfText(text)).toBe(id));
});

describe('licenceOfFiles', () => {
  it('takes the plainly named file, and a choice from several others', () => {
    expect(
      licenceOfFiles([
        { name: 'LICENSE-MIT', text: MIT },
        { name: 'LICENSE-APACHE', text: APACHE },
      ]),
    ).toBe('Apache-2.0 OR MIT');
    expect(
      licenceOfFiles([
        { name: 'LICENSE-docs', text: 'Attribution 4.0 International' },
        { name: 'LICENSE.md', text: MIT },
      ]),
    ).toBe('MIT');
    expect(licenceOfFiles([{ name: 'LICENSE', text: 'ask us' }])).toBe('');
    expect(licenceOfFiles([])).toBe('');
  });

  it('knows licence files by name', () => {
    for (const name of [
      'LICENSE',
      'LICENCE.txt',
      'license.md',
      'COPYING',
      'COPYING.LESSER',
      'LICENSE-MIT',
      'UNLICENSE',
    ])
      expect(isLicenceName(name)).toBe(true);
    for (const name of ['licensing-guide.md', 'mylicense', 'docs/LICENSE', 'licenses'])
      expect(isLicenceName(name)).toBe(name === 'licenses');
  });
});

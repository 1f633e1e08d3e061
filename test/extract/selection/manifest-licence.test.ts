import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { licenceOfManifests } from '../../../src/extract/selection/manifest-licence.js';

const ofPackage = (text: string): string | undefined => licenceOfManifests([{ name: 'package.json', text }]);
const ofProject = (text: string): string | undefined => licenceOfManifests([{ name: 'pyproject.toml', text }]);

describe('licenceOfManifests', () => {
  it.each([
    ['MIT', '{"license": "mit"}'],
    ['MIT', '\uFEFF{"license": {"type": "MIT", "url": "https://example.org"}}'],
    ['Apache-2.0', '{"license": "Apache 2.0"}'],
    ['MIT OR Apache-2.0', '{"license": "(MIT or Apache-2.0)"}'],
    ['', '{"license": "UNLICENSED"}'],
    ['', '{"license": "SEE LICENSE IN terms.txt"}'],
    ['', '{"license": "MIT OR Proprietary"}'],
    ['', '{"license": "MIT AND"}'],
    ['', '{"license": 7}'],
    ['', '{"license": null}'],
    [undefined, '{"name": "x", "nested": {"license": "MIT"}}'],
    [undefined, '["license", "MIT"]'],
    [undefined, '{"license": "MIT"'],
  ])('reads %j from the package.json %s', (licence, text) => expect(ofPackage(text)).toBe(licence));

  it.each([
    ['MIT', '[project]\nname = "x"\nlicense = "MIT"\n'],
    ['BSD-3-Clause', "[project]\r\nlicense = { text = 'BSD-3-Clause' } # ours\r\n"],
    ['Apache-2.0', '[project.license]\ntext = "Apache-2.0"\n'],
    ['ISC', '[project]\nlicense.text = "ISC"\n'],
    ['MPL-2.0', '[ tool.poetry ]\nlicense = "MPL-2.0"\n'],
    ['', '[project]\nlicense = { file = "../terms.txt" }\n'],
    ['', '[project]\nlicense = "ours"\n'],
    [undefined, 'license = "MIT"\n[tool.other]\nlicense = "MIT"\n'],
    [undefined, '[project]\ndescription = """\nlicense = "MIT"\n"""\n'],
    [undefined, '[project]\n[[tool.x]]\nlicense = "MIT"\n'],
    [undefined, '[project]\nclassifiers = [\n  "license = MIT",\n]\n'],
  ])('reads %j from the pyproject.toml %j', (licence, text) => expect(ofProject(text)).toBe(licence));

  it('asks for all licences where two manifests state different ones', () => {
    const files = [
      { name: 'package.json', text: '{"license": "MIT OR ISC"}' },
      { name: 'pyproject.toml', text: '[project]\nlicense = "Apache-2.0"' },
    ];
    expect(licenceOfManifests(files)).toBe('Apache-2.0 AND (MIT OR ISC)');
    expect(licenceOfManifests([...files, { name: 'package.json', text: '{"license": "ours"}' }])).toBe('');
    expect(licenceOfManifests([{ name: 'setup.cfg', text: 'license = MIT' }])).toBeUndefined();
  });

  it('takes any text for a manifest without falling over', () => {
    const noise = fc.stringMatching(/^[[\]{}"'=. \nlicense"project:text]*$/);
    fc.assert(
      fc.property(fc.oneof(noise, fc.string(), fc.json()), (text) => {
        for (const licence of [ofPackage(text), ofProject(text)])
          expect(['string', 'undefined']).toContain(typeof licence);
      }),
      { seed: 5, numRuns: 300 },
    );
  });
});

/** The opening of the MIT licence and the condition that tells it from others. */
const MIT =
  'Permission is hereby granted, free of charge, to any person obtaining a copy. The above notice and this permission notice shall be included.';

/** Files of a project, and the licences that are known of some of them. */
interface LicensedProject {
  readonly files: Readonly<Record<string, string>>;
  readonly licences: Readonly<Record<string, string>>;
}

const APACHE = 'Apache License\nVersion 2.0, January 2004';

/** Packages that have a licence file of their own, one of them a file that names none. */
export const OWN_LICENCES: LicensedProject = {
  files: {
    LICENSE: APACHE,
    'own.md': '# Own\n\ntext',
    'packages/mit/LICENSE.md': MIT,
    'packages/mit/deep/a.md': '# A\n\ntext',
    'packages/secret/LICENSE': 'All rights reserved. Ask us.',
    'packages/secret/b.md': '# B\n\ntext',
    'packages/c.md': '# C\n\ntext',
  },
  licences: {
    'own.md': 'Apache-2.0',
    'packages/c.md': 'Apache-2.0',
    'packages/mit/deep/a.md': 'MIT',
    'packages/secret/b.md': '',
  },
};

/** Packages whose manifest states a licence, or none, and no licence file stands beside it but at the root. */
export const STATED_LICENCES: LicensedProject = {
  files: {
    LICENSE: APACHE,
    'package.json': '{"license": "MIT"}',
    'packages/stated/package.json': '{"name": "stated", "license": "(mit OR CC0-1.0)"}',
    'packages/stated/deep/a.md': '# A\n\ntext',
    'packages/closed/package.json': '{"license": "UNLICENSED"}',
    'packages/closed/b.md': '# B\n\ntext',
    'packages/silent/package.json': '{"name": "silent"}',
    'packages/silent/c.md': '# C\n\ntext',
    'python/pyproject.toml': '[project]\nname = "snake"\nlicense = { text = "BSD-3-Clause" }\n',
    'python/d.md': '# D\n\ntext',
  },
  licences: {
    'package.json': 'Apache-2.0',
    'packages/stated/deep/a.md': 'MIT OR CC0-1.0',
    'packages/closed/b.md': '',
    'packages/silent/c.md': 'Apache-2.0',
    'python/d.md': 'BSD-3-Clause',
  },
};

/** Licences of documents by their path. */
export function licencesOf(
  documents: readonly { readonly metadata: Readonly<Record<string, unknown>>; readonly licence: string }[],
): Record<string, string> {
  return Object.fromEntries(documents.map(({ metadata, licence }) => [String(metadata['path']), licence]));
}

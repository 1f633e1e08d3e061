/** One-way imports between rooms; docs/architecture.md explains them. */
const room = (names) => `^src/(?:${names})(?:/|\\.ts$)`;
const forbid = (name, from, to, extra = {}) => ({ name, severity: 'error', from: { path: from, ...extra }, to });

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    forbid('core-imports-only-core', room('core'), { path: '^src/', pathNot: room('core') }),
    forbid('core-imports-no-package-but-zod', room('core'), { dependencyTypes: ['npm', 'npm-dev', 'npm-optional'], pathNot: 'node_modules/zod/' }),
    forbid('core-does-no-io', room('core'), { dependencyTypes: ['core'], pathNot: '^(?:node:)?(?:crypto|buffer)$' }),
    ...['extract', 'chunk', 'embed', 'store', 'suites', 'datasets', 'train', 'access'].map((name) =>
      forbid(`${name}-imports-only-core-and-files`, room(name), { path: '^src/', pathNot: `${room('core|files')}|${room(name)}` }),
    ),
    forbid('files-import-only-core', room('files'), { path: '^src/', pathNot: room('core|files') }),
    forbid('services-import-only-core-config-and-files', room('services'), { path: '^src/', pathNot: room('core|config|files|services') }),
    forbid('operations-import-down', room('operations'), { path: '^src/', pathNot: room('core|config|services|operations') }),
    forbid('edges-import-operations', room('edges'), { path: room('extract|chunk|embed|store|suites|datasets|train|access') }),
    forbid('config-stands-alone', room('config'), { path: '^src/', pathNot: room('core|config') }),
    forbid('nobody-imports-the-composition', '^src/[^/]+/', { path: '^src/(?:main|command-line|model-in-use|quarry|open-workspace|serve-[a-z]+|server-[a-z]+|review-[a-z]+)\\.ts$' }),
    forbid('transformers-has-one-door', '^src/', { path: 'node_modules/@xenova/transformers|node_modules/@huggingface/transformers' }, { pathNot: room('embed') }),
    forbid('lancedb-has-one-door', '^src/', { path: 'node_modules/@lancedb|node_modules/apache-arrow' }, { pathNot: room('store') }),
    forbid('express-has-one-door', '^src/', { path: 'node_modules/express/' }, { pathNot: room('edges') }),
    forbid('mcp-has-one-door', '^src/', { path: 'node_modules/@modelcontextprotocol' }, { pathNot: room('edges') }),
    forbid('src-imports-no-dev-package', '^src/', { dependencyTypes: ['npm-dev'], pathNot: '@types/' }),
    forbid('src-imports-no-test', '^src/', { path: '^(?:test|scripts|eval)/' }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};

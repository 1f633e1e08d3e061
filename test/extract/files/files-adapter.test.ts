import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from '../../../src/core/types.js';
import { createFilesAdapter } from '../../../src/extract/files/files-adapter.js';
import { licencesOf, OWN_LICENCES, STATED_LICENCES } from '../../support/licensed-packages.js';
import { collectSync, remember, type SyncMemory, type SyncOutcome } from '../collect-sync.js';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'quarry-files-'));
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

async function put(file: string, content: string | Uint8Array = `# ${file}\n\ntext of ${file}\n`): Promise<void> {
  const target = path.join(root, file);
  await mkdir(path.dirname(target), { recursive: true });
  await writeFile(target, content);
}

async function sync(options: JsonObject = {}, memory: SyncMemory = {}, target = root): Promise<SyncOutcome> {
  const adapter = createFilesAdapter({ folder: root });
  return await collectSync(adapter, await adapter.resolve(target, options), memory);
}

function pathsOf(outcome: SyncOutcome): string[] {
  return outcome.documents.map((document) => String(document.metadata['path']));
}

function relative(uris: readonly string[] | undefined): string[] {
  return (uris ?? []).map((uri) => path.relative(root, fileURLToPath(uri)));
}

describe('reading a folder', () => {
  it('streams every readable file in a fixed order, with title, language, licence and path', async () => {
    await put(
      'LICENSE',
      'MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy\n of this. The above copyright notice and this permission notice shall be included in all',
    );
    await put('b/guide.md', '---\ntitle: The Guide\ntags: [a, b]\n---\n# Other\n');
    await put('a.ts', 'export const a = 1;\n');
    await put('b.txt', 'plain words\n');
    const outcome = await sync();
    expect(pathsOf(outcome)).toEqual(['LICENSE', 'a.ts', 'b/guide.md', 'b.txt']);
    expect(outcome.expected).toBe(4);
    expect(outcome.isComplete).toBe(true);
    const guide = outcome.documents[2];
    expect(guide).toMatchObject({ title: 'The Guide', tags: ['a', 'b'], format: 'markdown', licence: 'MIT' });
    expect(guide?.uri).toBe(pathToFileURL(path.join(root, 'b/guide.md')).href);
    expect(outcome.documents[1]).toMatchObject({ language: 'typescript', format: 'code', title: 'a.ts' });
    const again = await sync();
    expect(again.documents).toEqual(outcome.documents);
  });

  it('keeps the order and the whole of files, whether they are read ahead or in their turn', async () => {
    const texts = Array.from({ length: 40 }, (_, n) => `${n} words\n`.repeat(n % 13 === 5 ? 80_000 : n + 1));
    for (const [n, text] of texts.entries()) await put(`${String(n).padStart(2, '0')}.txt`, text);
    const outcome = await sync();
    expect(pathsOf(outcome)).toEqual(texts.map((_, n) => `${String(n).padStart(2, '0')}.txt`));
    expect(outcome.documents.map(({ text }) => text.length)).toEqual(texts.map(({ length }) => length));
    expect(outcome.documents.every(({ text }, n) => text === texts[n])).toBe(true);
  });

  it('skips and counts ignored, hidden, binary, oversized, empty and minified files', async () => {
    await put('keep.md');
    await put('node_modules/x/readme.md');
    await put('package-lock.json', '{}');
    await put('app.min.js', 'x');
    await put('.env', 'SECRET=1');
    await put('.github/readme.md');
    await put('logo.png', Uint8Array.of(0x89, 0x50, 0x4e, 0x47));
    await put('blob', Uint8Array.of(1, 0, 2, 0, 0, 3, 255));
    await put('big.md', 'x'.repeat(3000));
    await put('empty.md', '');
    await put('blank.md', ' \n\n');
    await put('built.js', `var a="${'x'.repeat(20_000)}"`);
    const outcome = await sync({ maxFileBytes: 25_000, exclude: ['big.md'] });
    expect(pathsOf(outcome)).toEqual(['keep.md']);
    expect(relative(outcome.skipped['hidden']).sort()).toEqual(['.env', '.github']);
    expect(relative(outcome.skipped['binary']).sort()).toEqual(['blob', 'logo.png']);
    expect(relative(outcome.skipped['ignored']).sort()).toEqual([
      'app.min.js',
      'big.md',
      'built.js',
      'node_modules',
      'package-lock.json',
    ]);
    expect(relative(outcome.skipped['empty']).sort()).toEqual(['blank.md', 'empty.md']);
    expect(relative((await sync({ maxFileBytes: 1000 })).skipped['too-large']).sort()).toEqual(['big.md', 'built.js']);
  });

  it('honours nested ignore files as git does', async () => {
    await put('.gitignore', '*.log\n/only-root.md\nbuild/\na/*\n\\#odd.md\ntrailing.md   \n');
    await put('a/.gitignore', '!keep/\n!one.md\n');
    await put('a/keep/x.md');
    await put('a/one.md');
    await put('a/two.md');
    await put('b/only-root.md');
    await put('only-root.md');
    await put('b/x.log');
    await put('b/.quarryignore', 'secret*\n!secret-not.md\n');
    await put('b/secret.md');
    await put('b/secret-not.md');
    await put('c/build/out.md');
    await put('#odd.md');
    await put('trailing.md');
    await put('vendor/lib.md');
    await put('Case.LOG', 'upper');
    await put('d/.quarryignore', '!vendor/\n');
    await put('d/vendor/own.md');
    const outcome = await sync();
    expect(pathsOf(outcome)).toEqual([
      'Case.LOG',
      'a/keep/x.md',
      'a/one.md',
      'b/only-root.md',
      'b/secret-not.md',
      'd/vendor/own.md',
    ]);
    const all = await sync({ useIgnoreFiles: false });
    expect(pathsOf(all)).toContain('a/two.md');
  });

  it('agrees with git about what nested ignore files mean', async () => {
    execFileSync('git', ['init', '-q', root]);
    const names = ['a', 'b', 'doc', 'x.md', 'y.txt'];
    const rule = fc.tuple(
      fc.constantFrom('', '!', '/', '!/'),
      fc.constantFrom(
        'a',
        'b',
        'doc',
        '*',
        '**',
        '*.md',
        'x.*',
        'a/b',
        'doc/*',
        '**/b',
        'a/**',
        'b/',
        'doc/**/x.md',
        '[ab]',
        '?',
      ),
    );
    const rules = fc.array(
      rule.map((parts) => parts.join('')),
      { maxLength: 5 },
    );
    for (const a of names.slice(0, 3))
      for (const b of names.slice(0, 3)) for (const file of ['x.md', 'y.txt']) await put(`${a}/${b}/${file}`);
    await fc.assert(
      fc.asyncProperty(rules, rules, rules, async (top, middle, deep) => {
        await put('.gitignore', top.join('\n'));
        await put('a/.gitignore', middle.join('\n'));
        await put('a/b/.gitignore', deep.join('\n'));
        const listed = execFileSync('git', ['-C', root, 'ls-files', '-o', '--exclude-standard', '-z']).toString();
        const wanted = listed
          .split('\0')
          .filter((file) => /\.(?:md|txt)$/.test(file))
          .sort();
        const found = pathsOf(await sync()).filter((file) => /\.(?:md|txt)$/.test(file));
        expect(found.sort()).toEqual(wanted);
      }),
      { numRuns: 60, seed: 7 },
    );
  });

  it('reads the ignore rules and the licence above a folder inside a repository', async () => {
    execFileSync('git', ['init', '-q', root]);
    await put('.gitignore', 'drafts/\n/docs/private.md\n');
    await put('.git/info/exclude', 'local.md\n');
    await put('LICENSE', 'Apache License\nVersion 2.0, January 2004');
    await put('docs/drafts/d.md');
    await put('docs/private.md');
    await put('docs/local.md');
    await put('docs/open.md');
    const outcome = await sync({}, {}, path.join(root, 'docs'));
    expect(pathsOf(outcome)).toEqual(['open.md']);
    expect(outcome.documents[0]?.licence).toBe('Apache-2.0');
    expect(pathsOf(await sync({}, {}, path.join(root, 'docs/drafts')))).toEqual(['d.md']);
  });

  it('knows the licence of a package inside by its own file, and of one that it cannot tell that it cannot', async () => {
    for (const [file, text] of Object.entries(OWN_LICENCES.files)) await put(file, text);
    expect(licencesOf((await sync()).documents)).toMatchObject(OWN_LICENCES.licences);
  });

  it('knows the licence that a package states in its manifest, where no licence file stands beside it', async () => {
    for (const [file, text] of Object.entries(STATED_LICENCES.files)) await put(file, text);
    expect(licencesOf((await sync()).documents)).toMatchObject(STATED_LICENCES.licences);
  });

  it('never follows links and survives loops', async () => {
    const outside = await mkdtemp(path.join(tmpdir(), 'quarry-outside-'));
    await writeFile(path.join(outside, 'secret.md'), 'secret');
    await put('sub/a.md');
    await symlink(outside, path.join(root, 'out'));
    await symlink(path.join(outside, 'secret.md'), path.join(root, 'secret.md'));
    await symlink('..', path.join(root, 'sub/loop'));
    await symlink('self', path.join(root, 'self'));
    const outcome = await sync();
    await rm(outside, { recursive: true });
    expect(pathsOf(outcome)).toEqual(['sub/a.md']);
    expect(relative(outcome.skipped['symlink']).sort()).toEqual(['out', 'secret.md', 'self', 'sub/loop']);
  });

  it('never opens pipes and sockets', async () => {
    await put('a.md');
    execFileSync('mkfifo', [path.join(root, 'pipe.md')]);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path.join(root, 'socket.md'), resolve));
    const outcome = await sync();
    await new Promise((resolve) => server.close(resolve));
    expect(pathsOf(outcome)).toEqual(['a.md']);
    expect(relative(outcome.skipped['unsupported']).sort()).toEqual(['pipe.md', 'socket.md']);
  });

  it('gives every odd file name a uri of its own that leads back to it', async () => {
    const names = [
      '100%.md',
      'a b.md',
      'a#b.md',
      'a?b.md',
      'q"uote\'.md',
      'new\nline.md',
      'tab\t.md',
      'back\\slash.md',
      'ünï.md',
      '%41.md',
      'A.md',
      '[x].md',
      '日本.md',
      'e\u0301.md',
      '\u00e9.md',
    ];
    for (const name of names) await put(name, `text of ${name}`);
    await writeFile(
      Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff, 0xfe, 0x61]), Buffer.from('.md')]),
      'bytes',
    );
    const outcome = await sync();
    expect(outcome.failed).toEqual([]);
    expect(outcome.documents).toHaveLength(names.length + 1);
    expect(new Set(outcome.documents.map((document) => document.uri)).size).toBe(names.length + 1);
    const valid = outcome.documents.filter((document) => !document.uri.includes('%FF%FE'));
    expect(valid.map((document) => path.basename(fileURLToPath(document.uri))).sort()).toEqual([...names].sort());
    expect(outcome.documents.find((document) => document.uri.endsWith('/%FF%FEa.md'))?.text).toBe('bytes');
  });

  it('reads deeply nested folders and reports what it cannot list without pruning it', async () => {
    const name = 'd'.repeat(200);
    // Longer than a path may be: made step by step from inside, it cannot be listed from the root.
    execFileSync(
      'sh',
      ['-c', `i=0; while [ $i -lt 25 ]; do mkdir ${name} && cd ${name} && echo text > f.md; i=$((i+1)); done`],
      { stdio: 'ignore', cwd: root },
    );
    const outcome = await sync();
    execFileSync('rm', ['-rf', root]);
    expect(outcome.documents.length).toBeGreaterThan(15);
    expect(outcome.unreadable).toHaveLength(1);
    expect(outcome.unreadable[0]?.error.code).toBe('PATH_UNREADABLE');
    expect(outcome.unreadable[0]?.prefix).toMatch(/d\/$/);
    expect(outcome.isComplete).toBe(true);
  });

  it('reports folders and files that it may not read, with a prefix that covers what is in them', async () => {
    // Root may read everything, so that only another user can be refused.
    if (process.geteuid?.() !== 0 || process.seteuid === undefined) return;
    await put('a.md');
    await put('shut/b.md');
    await put('locked.md');
    await chmod(root, 0o755);
    await chmod(path.join(root, 'shut'), 0o000);
    await chmod(path.join(root, 'locked.md'), 0o000);
    process.seteuid(65_534);
    const outcome = await sync().finally(() => process.seteuid?.(0));
    expect(pathsOf(outcome)).toEqual(['a.md']);
    expect(outcome.unreadable.map((item) => [item.prefix, item.error.code])).toEqual([
      [`${pathToFileURL(path.join(root, 'shut')).href}/`, 'PATH_UNREADABLE'],
    ]);
    expect(outcome.failed.map((item) => [path.basename(item.uri), item.error.code])).toEqual([
      ['locked.md', 'PATH_UNREADABLE'],
    ]);
    expect(outcome.isComplete).toBe(true);
  });

  it('reports a broken document and goes on', async () => {
    await put('a.md');
    await put('b.ipynb', '{"cells": [');
    await put('c.md');
    const outcome = await sync();
    expect(pathsOf(outcome)).toEqual(['a.md', 'c.md']);
    expect(outcome.failed.map((item) => item.error.code)).toEqual(['DOCUMENT_BROKEN']);
    expect(outcome.failed[0]?.error.hint).toBeTruthy();
  });

  it('filters by include and exclude patterns', async () => {
    for (const file of ['a.md', 'docs/b.md', 'docs/deep/c.md', 'docs/d.txt', 'src/e.ts', 'src/gen/f.ts'])
      await put(file);
    expect(pathsOf(await sync({ include: ['*.md'] }))).toEqual(['a.md', 'docs/b.md', 'docs/deep/c.md']);
    expect(pathsOf(await sync({ include: ['docs/*.md'] }))).toEqual(['docs/b.md']);
    expect(pathsOf(await sync({ include: ['docs', './src/'], exclude: ['gen', '*.txt'] }))).toEqual([
      'docs/b.md',
      'docs/deep/c.md',
      'src/e.ts',
    ]);
    const outcome = await sync({ include: ['*.md'] });
    expect(relative(outcome.skipped['out-of-scope']).sort()).toEqual(['docs/d.txt', 'src/e.ts', 'src/gen/f.ts']);
  });

  it('reads a glob, also where a folder name looks like one', async () => {
    for (const file of ['x/a.md', 'x/b/c.md', 'x/d.txt', 'x[1]/e.md']) await put(file);
    expect(pathsOf(await sync({}, {}, path.join(root, 'x/**/*.md')))).toEqual(['a.md', 'b/c.md']);
    expect(pathsOf(await sync({}, {}, 'x/*.{md,txt}'))).toEqual(['a.md', 'd.txt']);
    expect(pathsOf(await sync({}, {}, path.join(root, 'x[1]')))).toEqual(['e.md']);
  });
});

describe('syncing again', () => {
  it('reads only what changed and no longer sees what is gone', async () => {
    await put('a.md');
    await put('b.md');
    await put('c.md');
    const first = await sync();
    const known = remember(first);
    await put('b.md', 'new text');
    await rm(path.join(root, 'c.md'));
    await put('d.md');
    const second = await sync({}, { known, state: first.state });
    expect(relative(second.unchanged)).toEqual(['a.md']);
    expect(pathsOf(second)).toEqual(['b.md', 'd.md']);
    expect(second.isComplete).toBe(true);
    const full = await sync({}, { known, state: first.state, full: true });
    expect(pathsOf(full)).toEqual(['a.md', 'b.md', 'd.md']);
  });

  it('notices a change that kept size and modification time', async () => {
    await put('a.md', 'one');
    const time = new Date('2020-01-01T00:00:00Z');
    await utimes(path.join(root, 'a.md'), time, time);
    const known = remember(await sync());
    await put('a.md', 'two');
    await utimes(path.join(root, 'a.md'), time, time);
    expect(pathsOf(await sync({}, { known }))).toEqual(['a.md']);
  });

  it('throws instead of pruning when the root has vanished, also in the middle of a sync', async () => {
    await put('a.md');
    await put('b.md');
    const adapter = createFilesAdapter({ folder: root });
    const spec = await adapter.resolve(root, {});
    const stream = adapter.sync(spec, {
      signal: new AbortController().signal,
      report: () => undefined,
      known: () => undefined,
      state: null,
      full: false,
      allowPrivateNetwork: true,
    });
    const seen: string[] = [];
    await expect(
      (async () => {
        for await (const item of stream) {
          seen.push(item.type);
          if (item.type === 'expected') await rename(root, `${root}-away`);
        }
      })(),
    ).rejects.toMatchObject({ code: 'PATH_NOT_FOUND' });
    expect(seen).not.toContain('complete');
    await expect(collectSync(adapter, spec)).rejects.toMatchObject({
      code: 'PATH_NOT_FOUND',
      hint: expect.any(String),
    });
    await rm(`${root}-away`, { recursive: true });
  });

  it('takes an empty folder on another disk for a missing mount', async () => {
    await expect(sync({}, { state: { device: '-1' } })).rejects.toMatchObject({ code: 'PATH_NOT_FOUND' });
    expect((await sync({}, { state: null })).isComplete).toBe(true);
  });

  it('stops when cancelled', async () => {
    await put('a.md');
    const controller = new AbortController();
    controller.abort();
    await expect(sync({}, { signal: controller.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('targets', () => {
  it('reads a single file, also one that a folder sync would skip', async () => {
    await put('.hidden/x.min.js', 'let a = 1;');
    const outcome = await sync({}, {}, path.join(root, '.hidden/x.min.js'));
    expect(outcome.documents).toHaveLength(1);
    await put('pic', Uint8Array.of(0, 1, 2));
    const refused = await sync({}, {}, path.join(root, 'pic'));
    expect(refused.failed[0]?.error.code).toBe('FORMAT_UNSUPPORTED');
  });

  it('gives one place one uri, however it is written', async () => {
    await put('docs/a.md');
    await symlink(path.join(root, 'docs'), path.join(root, 'link'));
    const adapter = createFilesAdapter({ folder: root });
    const uris = await Promise.all(
      [
        'docs',
        './docs/',
        'docs/../docs',
        path.join(root, 'docs'),
        'link',
        pathToFileURL(path.join(root, 'docs')).href,
      ].map(async (target) => (await adapter.resolve(target, {})).uri),
    );
    expect(new Set(uris)).toEqual(new Set([path.join(root, 'docs')]));
  });

  it.each([
    ['', 'INPUT_INVALID'],
    ['a\0b', 'INPUT_INVALID'],
    ['missing', 'PATH_NOT_FOUND'],
    ['missing/**/*.md', 'PATH_NOT_FOUND'],
    ['file:///%zz', 'INPUT_INVALID'],
  ])('refuses %j with %s and a hint', async (target, code) => {
    const adapter = createFilesAdapter({ folder: root });
    await expect(adapter.resolve(target, {})).rejects.toMatchObject({ code, hint: expect.any(String) });
  });

  it.each([[{ nope: 1 }], [{ include: 'x' }], [{ maxFileBytes: -1 }], [{ exclude: ['\0'] }]])(
    'refuses the options %j',
    async (options) => {
      const adapter = createFilesAdapter({ folder: root });
      await expect(adapter.resolve(root, options)).rejects.toMatchObject({
        code: 'INPUT_INVALID',
        hint: expect.any(String),
      });
    },
  );
});

describe('watching', () => {
  it('calls back after changes and ends with the signal', async () => {
    await put('a.md');
    const adapter = createFilesAdapter({ folder: root });
    const spec = await adapter.resolve(root, {});
    const controller = new AbortController();
    let writes: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve, reject) => {
      let calls = 0;
      const onChange = (): void => {
        calls += 1;
        if (calls === 2) resolve(); // The first call says that watching has begun.
      };
      const watching = adapter.watch?.(spec, { onChange }, controller.signal);
      watching?.catch(reject);
      // The watcher needs a moment to start; writing until it reacts needs no guess about how long.
      let count = 0;
      writes = setInterval(() => void put('b.md', `text ${count++}`), 700);
    });
    clearInterval(writes);
    controller.abort();
    await adapter.watch?.(spec, { onChange: () => undefined }, controller.signal);
  });
});

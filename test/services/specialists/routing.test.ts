import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { OperationInput } from '../../../src/operations/index.js';
import type { Quarry } from '../../../src/quarry.js';
import { BUNDLED } from '../../support/benchmark.js';
import { ingestAndWait, openTestWorkspace, removeFolder, temporaryFolder } from '../../support/workspace.js';

const TOOLS: OperationInput<'search_tools'>['tools'] = [
  { name: 'git_bisect', description: 'Searches the history by halves for the commit that broke something.' },
  {
    name: 'measure_contrast',
    description: 'Computes the contrast ratio of two colours.',
    annotations: { readOnlyHint: true },
  },
  {
    name: 'send_email',
    description: 'Sends a letter.',
    inputSchema: { type: 'object', properties: { to: { description: 'Address' } } },
  },
];

describe('routing of tasks', () => {
  let home: string;
  let quarry: Quarry;

  beforeAll(async () => {
    home = await temporaryFolder();
    quarry = await openTestWorkspace(home, { queryLog: 'on' });
    const make = async (name: string, folder: string, description: string) => {
      await ingestAndWait(quarry, join(BUNDLED, folder), { collection: name });
      await quarry.execute('specialist_create', {
        name,
        collections: [name],
        description,
        instructions: `You are ${name}.`,
      });
    };
    await make('ui', 'ui-specialist/documents/accessibility', 'Accessibility of web interfaces.');
    await make('prompts', 'prompt-architect/documents', 'Instructions for language models.');
    await make('git', 'field-guide/documents/git', 'Version control with Git.');
  });

  afterAll(async () => {
    await quarry.close();
    await removeFolder(home);
  });

  test('chooses a specialist with reasons, and packs what it knows of the task within the budget, cited', async () => {
    const { output, text } = await quarry.execute('route_task', {
      task: 'I force pushed after a rebase and a colleague lost "her" commits -- get them back',
      maxTokens: 600,
      tools: TOOLS,
    });
    expect(output.isAbstained).toBe(false);
    const [first] = output.specialists;
    expect(first).toMatchObject({ name: 'git', isChosen: true, instructions: 'You are git.' });
    expect(first?.reasons.join(' ')).toContain('chk_');
    expect(output.specialists.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 1);
    const [part] = output.context;
    expect(part?.specialist).toBe('git');
    expect(new Set(part?.results.map(({ collection }) => collection))).toEqual(new Set(['git']));
    const tokens = output.context.flatMap(({ results }) => results).reduce((sum, hit) => sum + hit.text.length / 4, 0);
    expect(tokens).toBeLessThan(700);
    expect(output.tools[0]?.name).toBe('git_bisect');
    expect(text).toContain('You are git.');
    const cited = part?.results[0];
    const check = await quarry.execute('verify_citation', {
      document: cited?.documentId ?? '',
      quote: cited?.text ?? '',
    });
    expect(check.output.status).toBe('exact');
  });

  test('abstains from a task that is for nobody, and says why', async () => {
    const { output } = await quarry.execute('route_task', { task: 'Which wine goes with smoked trout and capers?' });
    expect(output).toMatchObject({ isAbstained: true, context: [] });
    expect(output.specialists.every(({ isChosen }) => !isChosen)).toBe(true);
    expect(output.reason).toContain('For none of them');
  });

  test('chooses only among those that are named, and never a retired one', async () => {
    const task = 'undo a pushed commit without rewriting history';
    const named = await quarry.execute('route_task', { task, specialists: ['ui', 'prompts'], maxTokens: 0 });
    expect(named.output.specialists.map(({ name }) => name).sort()).toEqual(['prompts', 'ui']);
    await quarry.execute('specialist_retire', { name: 'git' });
    const without = await quarry.execute('route_task', { task, maxTokens: 0 });
    expect(without.output.specialists.map(({ name }) => name)).not.toContain('git');
    await quarry.execute('specialist_retire', { name: 'git', restore: true });
  });

  test('finds tools by meaning and words; a list may be long and hold what we do not know', async () => {
    const many: typeof TOOLS = Array.from({ length: 400 }, (_, at) => ({
      name: `other_${at}`,
      description: `Counts apples of kind ${at}.`,
    }));
    const { output } = await quarry.execute('search_tools', {
      query: 'is this grey on white readable: contrast of two colours',
      tools: [...many, ...TOOLS],
      limit: 2,
    });
    expect(output.tools).toHaveLength(2);
    expect(output.tools[0]).toMatchObject({ name: 'measure_contrast', isChosen: true });
  });

  test('learns from tasks that came out well', async () => {
    const task = 'tidy the zebra ledger for the auditors';
    const shareOf = async () => {
      const { output } = await quarry.execute('route_task', { task, maxTokens: 0 });
      return output.specialists.find(({ name }) => name === 'prompts')?.share ?? 0;
    };
    const before = await shareOf();
    for (const told of ['tidy the zebra ledger', 'sort the zebra ledger by date', 'close the zebra ledger of May'])
      await quarry.execute('record_feedback', { task: told, specialist: 'prompts', success: true });
    expect(await shareOf()).toBeGreaterThan(before);
  });

  test('routes the steps of a task each by itself, and packs what is known of each once', async () => {
    const { output, text } = await quarry.execute('route_task', {
      task: 'First get back the commits that were lost by a force push after a rebase, then write a system message with examples for the model that answers our users',
      maxTokens: 1_500,
      tools: TOOLS,
    });
    expect(output.steps.map(({ specialists }) => specialists)).toEqual([['git'], ['prompts']]);
    expect(output.steps[0]?.text).toMatch(/^get back the commits/);
    expect(output.isAbstained).toBe(false);
    expect(
      output.specialists
        .filter(({ isChosen }) => isChosen)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['git', 'prompts']);
    expect(output.context.map(({ specialist }) => specialist)).toEqual(['git', 'prompts']);
    const ids = output.context.flatMap(({ results }) => results.map(({ id }) => id));
    expect(ids.length).toBeGreaterThan(2);
    expect(new Set(ids).size).toBe(ids.length);
    expect(text).toMatch(/^2 steps\. 1\. "get back/);
    expect(text).toContain('From prompts for "write a system message');
  });

  test('takes lists of tools in odd shapes', async () => {
    const odd: typeof TOOLS = [
      ...(TOOLS ?? []),
      ...(TOOLS ?? []),
      { name: 'git_bisect', description: 'Another server names its own tool so.' },
      { name: 'measureContrastOfColours' },
      { name: '___' },
      { name: 'nothing', description: null, inputSchema: null, outputSchema: { type: 'object' } },
      { name: 'strange', inputSchema: { type: ['object', 'null'], properties: [1, 2], required: 'x' } },
    ];
    const { output } = await quarry.execute('search_tools', {
      query: 'contrast of two colours',
      tools: odd,
      limit: 100,
    });
    // What stands twice counts once; what only has the same name is another tool.
    expect(output.tools).toHaveLength(8);
    expect(
      output.tools
        .slice(0, 2)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['measureContrastOfColours', 'measure_contrast']);
    expect(output.tools.reduce((sum, { chance }) => sum + chance, 0)).toBeLessThanOrEqual(1.01);
    const { output: none } = await quarry.execute('search_tools', { query: '...', tools: odd });
    expect(none.tools).toEqual([]);
  });

  test('prefers a tool that did well, by feedback, and forgives one failure', async () => {
    const twins: typeof TOOLS = ['read_ledger', 'open_ledger'].map((name) => ({
      name,
      description: 'Shows the ledger of a month.',
    }));
    const chanceOf = async (name: string) => {
      const { output } = await quarry.execute('search_tools', { query: 'show me the ledger of May', tools: twins });
      return output.tools.find((tool) => tool.name === name) ?? { chance: 0, why: '' };
    };
    const tell = (success: boolean) =>
      quarry.execute('record_feedback', { task: 'show the ledger of June', tool: 'open_ledger', success });
    const before = await chanceOf('open_ledger');
    await tell(false);
    const once = await chanceOf('open_ledger');
    expect(once.chance).toBeLessThan(before.chance);
    expect(once.chance).toBeGreaterThan(before.chance / 2);
    for (let time = 0; time < 6; time++) await tell(true);
    const after = await chanceOf('open_ledger');
    expect(after.chance).toBeGreaterThan(before.chance);
    expect(after.why).toContain('came out well 6 of 7 times');
  });
});

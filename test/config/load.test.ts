import { describe, expect, test } from '@jest/globals';
import { loadConfig } from '../../src/config/load.js';
import { QuarryError } from '../../src/core/errors.js';

describe('loadConfig', () => {
  test('needs nothing', () => {
    const config = loadConfig({}, {});
    expect(config.home.endsWith('.quarry')).toBe(true);
    expect(config.host).toBe('127.0.0.1');
    expect(config.toolsets).toEqual(['knowledge']);
  });

  test('reads typed values; overrides win; the first named variable wins', () => {
    const environment = {
      QUARRY_PORT: '8080',
      QUARRY_ALLOW_PRIVATE_NETWORK: 'yes',
      QUARRY_TOOLSETS: 'notes, benchmark',
      GITHUB_TOKEN: 'b',
      QUARRY_GITHUB_TOKEN: 'a',
    };
    const config = loadConfig({ workspace: 'team' }, environment);
    expect(config).toMatchObject({
      port: 8080,
      allowPrivateNetwork: true,
      toolsets: ['notes', 'benchmark'],
      githubToken: 'a',
      workspace: 'team',
    });
  });

  test.each([
    [{ QUARRY_PORT: 'eighty' }, 'QUARRY_PORT'],
    [{ QUARRY_PORT: '70000' }, 'QUARRY_PORT'],
    [{ QUARRY_LOG_LEVEL: 'loud' }, 'QUARRY_LOG_LEVEL'],
    [{ QUARRY_WORKSPACE: '../other' }, 'QUARRY_WORKSPACE'],
  ])('refuses %j and names the variable', (environment, variable) => {
    expect(() => loadConfig({}, environment)).toThrow(variable);
    expect(() => loadConfig({}, environment)).toThrow(QuarryError);
  });

  test('an empty variable counts as absent', () => {
    expect(loadConfig({}, { QUARRY_PORT: '' }).port).toBe(7411);
  });
});

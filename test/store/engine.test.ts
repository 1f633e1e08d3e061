import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { firstLine, isProcessorSupported } from '../../src/store/engine.js';

const engineUrl = new URL('../../src/store/engine.js', import.meta.url).href;

/** What the native code of a fresh process will see. */
function nativeEnvironment(set: Readonly<Record<string, string>>): Record<string, string> {
  const script = `const { loadEngine } = await import(${JSON.stringify(engineUrl)}); await loadEngine();
    console.log(JSON.stringify(process.env));`;
  const { LANCEDB_LOG: _log, LANCE_CPU_THREADS: _threads, LANCE_FTS_NUM_SHARDS: _shards, ...rest } = process.env;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...rest, ...set },
    encoding: 'utf8',
  });
  return JSON.parse(output);
}

describe('loadEngine', () => {
  it('quiets the log and gives index builds more threads than they can block', () => {
    const seen = nativeEnvironment({});
    expect(seen['LANCEDB_LOG']).toBe('error');
    expect(Number(seen['LANCE_CPU_THREADS'])).toBeGreaterThanOrEqual(Number(seen['LANCE_FTS_NUM_SHARDS']) + 4);
  });

  it('keeps what the user has set, unless it could hang the process', () => {
    const seen = nativeEnvironment({ LANCEDB_LOG: 'warn', LANCE_FTS_NUM_SHARDS: '6', LANCE_CPU_THREADS: '1' });
    expect(seen['LANCEDB_LOG']).toBe('warn');
    expect(Number(seen['LANCE_CPU_THREADS'])).toBeGreaterThanOrEqual(10);
    expect(nativeEnvironment({ LANCE_CPU_THREADS: '64' })['LANCE_CPU_THREADS']).toBe('64');
  });
});

describe('isProcessorSupported', () => {
  it('asks for AVX2 where flags are told', () => {
    expect(isProcessorSupported('processor\t: 0\nflags\t\t: fpu sse avx avx2 bmi1\n')).toBe(true);
    expect(isProcessorSupported('processor\t: 0\nflags\t\t: fpu sse avx\nbugs\t: avx2\n')).toBe(false);
    expect(isProcessorSupported('')).toBe(true);
  });
});

describe('firstLine', () => {
  it('tells what a native error says, without where in its source', () => {
    const error = new Error(
      'lance error: LanceError(IO): file size is too small, /usr/local/x/lance-io-7.0.0/src/utils.rs:88:20\nCaused by: more',
    );
    expect(firstLine(error)).toBe('lance error: LanceError(IO): file size is too small');
  });
});

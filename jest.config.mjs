/** Tests run on the compiler's output, so that worker threads and child processes find real JavaScript. */
export default {
  testEnvironment: '<rootDir>/test/jest-environment.mjs',
  roots: ['<rootDir>/dist/test'],
  transform: {},
  setupFiles: ['<rootDir>/test/jest-setup.mjs'],
  // Only a test that hangs meets it: a busy machine is no failure.
  testTimeout: 600_000,
  maxWorkers: 2,
  // Modules of finished test files stay in a worker's memory; begin a new worker before a small machine runs out of it.
  workerIdleMemoryLimit: '1GB',
};

/** Tests run on the compiler's output, so that worker threads and child processes find real JavaScript. */
export default {
  testEnvironment: '<rootDir>/test/jest-environment.mjs',
  roots: ['<rootDir>/dist/test'],
  transform: {},
  setupFiles: ['<rootDir>/test/jest-setup.mjs'],
  testTimeout: 240_000,
  maxWorkers: 2,
  // Modules of finished test files stay in a worker's memory; begin a new worker before a small machine runs out of it.
  workerIdleMemoryLimit: '1GB',
};

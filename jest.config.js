/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  // For a busy computer: what a test waits for is an event, never a time.
  testTimeout: 60_000,
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  modulePathIgnorePatterns: [
    '<rootDir>/dist/',
    '<rootDir>/.serverless/',
    '<rootDir>/bench/node_modules/',
    '<rootDir>/mutation/node_modules/',
    '<rootDir>/.stryker-tmp/',
  ],
};

// Tests stand beside the source (pure) or in a package's test/ (with real processes). The latter need servers:
// scripts/test starts them; pure ones run alone by `NODE_OPTIONS=--experimental-vm-modules npx jest <path>`.
const long = process.env['GIAOLO_LONG'] === '1';

export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/infra', '<rootDir>/proto', '<rootDir>/scripts', '<rootDir>/services'],
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', ...(long ? [] : ['\\.long\\.test\\.ts$'])],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2024' },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  maxWorkers: 2,
  testTimeout: 30_000,
};

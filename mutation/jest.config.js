import config from '../jest.config.js';

/** The unit tests alone: the simulation finds most mistakes, but says minutes later and not where. */
export default {
  ...config,
  rootDir: '..',
  testMatch: ['domain', 'plan', 'state', 'planner', 'worker'].map(
    (room) => `<rootDir>/test/${room}/**/*.test.ts`,
  ),
};

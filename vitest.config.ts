import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The end-to-end tests wait for schedules, minutes long: whatever else there is fits beside them. */
class EndToEndFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isFirst = ({ project }: TestSpecification) => project.name === 'e2e';
    return [...sorted.filter(isFirst), ...sorted.filter((file) => !isFirst(file))];
  }
}

/** `unit` needs nothing but Node; `integration` and `e2e` bring up what they name themselves. */
export default defineConfig({
  test: {
    // Whoever talks to a cloud waits most of the time: two files for each processor keep it busy.
    maxWorkers: 2 * availableParallelism(),
    sequence: { sequencer: EndToEndFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/contract/**/*.test.ts'],
          exclude: ['**/*.exhaustive.test.ts'],
          // A hundred small files spend more time on their imports than on their tests; none keeps state.
          isolate: false,
          // Some take a second, and many where others use the machine too.
          testTimeout: 20_000,
        },
      },
      {
        test: {
          // Every cut, every byte, ten thousand of whatever there may be: too long to be run after each change.
          name: 'exhaustive',
          include: ['test/unit/**/*.exhaustive.test.ts'],
          isolate: false,
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: ['test/support/emulators.ts'],
          testTimeout: 60_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'crash',
          include: ['test/crash/**/*.test.ts'],
          testTimeout: 3_600_000,
        },
      },
      {
        test: {
          name: 'peers',
          include: ['test/peers/**/*.test.ts'],
          globalSetup: ['test/support/peers.ts'],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});

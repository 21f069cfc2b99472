import { defineConfig } from 'vitest/config'

import { builtPlaces } from './scripts/built-places.ts'
import { SlowLast } from './scripts/slow-last.ts'
import { SummaryReporter } from './scripts/summary-reporter.ts'

export default defineConfig({
  plugins: [builtPlaces()],
  test: {
    include: [
      'packages/*/test/**/*.test.ts',
      'docs/**/*.test.ts',
      'examples/**/*.test.ts',
      'bench/**/*.test.ts',
      'site/*.test.ts',
    ],
    globalSetup: ['scripts/built-packages.ts'],
    setupFiles: ['scripts/built-children.ts'],
    // So do threads that tests start, all but the sources that the test itself imports.
    execArgv: ['--conditions=built'],
    // Tests that start processes and threads take their time on a busy machine; none asserts it.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 30_000 } },
    // Child processes and databases share two cores with the runner.
    maxWorkers: 2,
    sequence: { sequencer: SlowLast },
    reporters: ['default', new SummaryReporter()],
  },
})

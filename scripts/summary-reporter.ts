import type { Reporter, TestModule } from 'vitest/node'

/** Names the tests that were skipped and closes the run with one line that counts them all. */
export class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const count = { passed: 0, failed: errors.length, skipped: 0 }
    const skipped: string[] = []
    for (const module of modules) {
      // A file that could not be loaded has no tests that could fail.
      if (module.errors().length > 0) count.failed += 1
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === 'passed' || state === 'failed') count[state] += 1
        else {
          count.skipped += 1
          skipped.push(`skipped: ${module.relativeModuleId} > ${test.fullName}`)
        }
      }
    }
    const line = `tests: ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`
    process.stdout.write(`${[...skipped, line].join('\n')}\n`)
  }
}

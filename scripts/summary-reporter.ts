import { writeFileSync } from 'node:fs'

import type { Reporter, TestModule } from 'vitest/node'

/** What a run came to, for `scripts/test.ts`. */
export interface RunRecord {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** Test files whose process V8 ended, so that nothing is known of them. */
  readonly lost: readonly string[]
}

/** V8 ends a process with SIGTRAP when a check of its own fails, as it now and then does where many threads end. */
const lostProcess = /exited unexpectedly with signal SIGTRAP .*while running test file (\S+)/

/** Names the tests that were skipped and closes the run with one line that counts them all. */
export class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const lost = errors.flatMap((error) => lostFileOf(error) ?? [])
    const before = JSON.parse(process.env['SKEIN_TESTS_BEFORE'] ?? '{}') as Partial<RunRecord>
    const count = {
      passed: before.passed ?? 0,
      failed: (before.failed ?? 0) + errors.length - lost.length,
      skipped: before.skipped ?? 0,
    }
    const lines: string[] = lost.map((file) => `lost: V8 ended the process of ${file}`)
    for (const module of modules) {
      if (lost.includes(module.moduleId)) continue
      // A file that could not be loaded has no tests that could fail.
      if (module.errors().length > 0) count.failed += 1
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === 'passed' || state === 'failed') count[state] += 1
        else {
          count.skipped += 1
          lines.push(`skipped: ${module.relativeModuleId} > ${test.fullName}`)
        }
      }
    }
    const record = process.env['SKEIN_TESTS_RECORD']
    if (record !== undefined) writeFileSync(record, JSON.stringify({ ...count, lost } satisfies RunRecord))
    lines.push(`tests: ${count.passed} passed, ${count.failed + lost.length} failed, ${count.skipped} skipped`)
    process.stdout.write(`${lines.join('\n')}\n`)
  }
}

function lostFileOf(error: unknown): string | undefined {
  const { message = '', cause } = (error ?? {}) as { readonly message?: string; readonly cause?: unknown }
  return lostProcess.exec(message)?.[1] ?? (cause ? lostFileOf(cause) : undefined)
}

import { BaseSequencer } from 'vitest/node'
import type { TestSpecification } from 'vitest/node'

/** Marks the slow lane: files that take long or much memory, and seldom fail where the others pass. */
export const slow = '.slow.test.ts'

/** Runs the slow lane last, so that most faults show early. */
export class SlowLast extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- vitest's method, not the array's.
    const sorted = await super.sort(files)
    const isSlow = ({ moduleId }: TestSpecification): boolean => moduleId.endsWith(slow)
    return [...sorted.filter((file) => !isSlow(file)), ...sorted.filter(isSlow)]
  }
}

import { beforeAll, expect } from 'vitest'

import { skein } from './run-skein.ts'
import type { Ended } from './run-skein.ts'
import { filledFolder } from './sample-memory.ts'
import type { SampleMemory } from './sample-memory.ts'

/** The sample memory of a test file, and commands on it. */
export interface UsedSample {
  readonly sample: SampleMemory
  /** Runs a command on the memory, 150 columns wide. */
  readonly run: (...args: string[]) => Promise<Ended>
  /** Runs a command with `--json`, which must succeed, and parses its one line. */
  readonly json: <T>(...args: string[]) => Promise<T>
}

/** Makes a sample memory for all tests of a file. Its properties are there while tests run. */
export function useSampleMemory(): UsedSample {
  const sample = {} as SampleMemory
  beforeAll(async () => {
    Object.assign(sample, await filledFolder())
  })
  const run = (...args: string[]): Promise<Ended> =>
    skein([...args, '--store', 'x.db'], sample.folder, { COLUMNS: '150' })
  return {
    sample,
    run,
    json: async <T>(...args: string[]): Promise<T> => {
      const { code, stdout, stderr } = await run(...args, '--json')
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(stdout.trim().split('\n')).toHaveLength(1)
      return JSON.parse(stdout) as T
    },
  }
}

/** Replaces ages and times, which differ from run to run. */
export function withoutTimes(text: string): string {
  return text.replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'TIME').replaceAll(/ *\b(?:\d+ (?:s|min)|AGE)\b/g, ' AGE')
}

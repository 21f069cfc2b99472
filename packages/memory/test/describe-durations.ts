import { describe, expect, it } from 'vitest'

/** What nobody may pass as a duration in milliseconds; Node would fire a timer of these at once. */
const suspects: readonly unknown[] = [0, -1, 1.5, Number.NaN, Infinity, 2 ** 31, 2 ** 53, '5', null, 5n, new Date(5)]

/** One option or argument that is a duration. */
export interface Duration {
  /** The last part of the name that the error must give, which may be a path. */
  readonly option: string
  /** Suspects that it accepts, as documented. */
  readonly accepts?: readonly unknown[]
  /** Passes the value. */
  readonly attempt: (value: never) => unknown
}

/** What a time to live accepts besides: no timer waits for it. */
export const lifetimes: readonly unknown[] = [2 ** 31]

/** Declares a test for each duration: every suspect is refused by name, unless it is accepted as documented. */
export function describeDurations(durations: Readonly<Record<string, Duration>>): void {
  describe('durations', () => {
    it.each(Object.entries(durations))('%s', async (_, { option, accepts = [], attempt }) => {
      const outcomes: unknown[] = []
      for (const value of suspects) outcomes.push([value, await outcomeOf(() => attempt(value as never))])
      const expected = suspects.map((value) => [value, accepts.includes(value) ? 'accepted' : option])
      expect(outcomes).toEqual(expected)
    })
  })
}

/** The option that the refusal names. */
async function outcomeOf(attempt: () => unknown): Promise<unknown> {
  try {
    await attempt()
    return 'accepted'
  } catch (error) {
    const { code, option } = error as { readonly code?: string; readonly option?: string }
    return code === 'SKEIN_OPTION' ? option : error
  }
}

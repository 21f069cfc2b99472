import { Redis } from 'ioredis'

import type { Asking, Contender } from './question.ts'

/** Asked for at once: as many wait for the server together. */
export const together = 64
export const keys = 1_000
export const keyOf = (index: number): string => `prospect/${index % keys}`
export const valueOf = (index: number): object => ({ name: `Company ${index}`, notes: 'x'.repeat(200) })

export const timesOf = ({ quick }: Asking): number => (quick ? 1 : 40) * together

/** Something that is done at a server by many at once. */
export function atOnce(name: string, one: (index: number) => Promise<unknown>, check: () => Promise<void>): Contender {
  let index = 0
  return {
    name,
    check,
    run: async (times) => {
      for (let time = 0; time < times; time += together) {
        await Promise.all(Array.from({ length: together }, () => one((index += 1))))
      }
      return index
    },
  }
}

/** Connects as ioredis does unless told otherwise, or with its pipelining of what is said in one turn. */
export function bare(url: string, enableAutoPipelining: boolean): Redis {
  return new Redis(url, { enableAutoPipelining })
}

/** @throws when a read value is another one. */
export function expectCompany(value: unknown, index: number): void {
  if ((value as { name?: string } | undefined)?.name === `Company ${index}`) return
  throw new Error(`A wrong answer: ${JSON.stringify(value)}`)
}

import { setTimeout as sleep } from 'node:timers/promises'

/** The work of one part, the same for all contenders: it waits as for a model of which many can be asked at once. */
export async function partWork({ n, waitMs }: PartInput): Promise<number> {
  await sleep(waitMs)
  return n * 2
}

/** A part of a job. */
export interface PartInput {
  readonly n: number
  /** How long it waits, in milliseconds. */
  readonly waitMs: number
}

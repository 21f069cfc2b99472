import { setTimeout as sleep } from 'node:timers/promises'

/** How long a part waits, in milliseconds, as for a model of which many can be asked at once. */
const waitMs = Number(process.env['PART_MS'] ?? 50)

/** The work of one part, the same for all contenders. */
export async function partWork(n: number): Promise<number> {
  await sleep(waitMs)
  return n * 2
}

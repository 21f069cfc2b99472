import { join } from 'node:path'

import { startCrew } from '../peers/process-crew.ts'
import type { Crew } from '../peers/process-crew.ts'
import type { JobName } from './find-job.ts'
import type { JobOrder } from './job-process.ts'
import type { OpenPlace } from './place.ts'

/** Processes with one library, at one place. */
export interface JobCrew {
  readonly name: JobName
  readonly processes: number
  /** Tells all of them; resolves to their answers. */
  tell(order: JobOrder): Promise<number[]>
  /** What they have counted. */
  total(): Promise<number>
  close(): Promise<void>
}

/** Starts the processes of one library, which share a place that nobody else uses. */
async function openJobs(name: JobName, openPlace: OpenPlace, processes: number): Promise<JobCrew> {
  const { where, leave } = await openPlace()
  const program = join(import.meta.dirname, 'job-process.ts')
  const argsOf = (index: number): string[] => [name, where, `${index}`, `${processes}`]
  // One makes the file, and the others find it: not all libraries bear being first together.
  const first: Crew<JobOrder> = await startCrew(program, 1, argsOf)
  const others: Crew<JobOrder> = await startCrew(program, processes - 1, (index) => argsOf(index + 1))
  return {
    name,
    processes,
    tell: async (order) => (await Promise.all([first.tell(order), others.tell(order)])).flat().map(Number),
    total: async () => Number((await first.tell({ type: 'total' }))[0]),
    close: async () => {
      await Promise.all([first.close(), others.close()])
      await leave()
    },
  }
}

/** The same for several libraries, one after the other: so many processes that start at once starve each other. */
export async function openAll(
  names: readonly JobName[],
  openPlace: OpenPlace,
  processes: number,
): Promise<readonly JobCrew[]> {
  const crews: JobCrew[] = []
  for (const name of names) crews.push(await openJobs(name, openPlace, processes))
  return crews
}

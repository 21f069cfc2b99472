import type { ChainableCommander, Redis } from 'ioredis'

import { jobCounts, noCounts } from '../metrics/job-tally.ts'
import type { JobCount, JobCounts } from '../metrics/job-tally.ts'
import type { ActivityIdentity, QueueNames } from './queue-names.ts'

/** How long a worker counts after it last said that it is there, in milliseconds. */
const presentMs = 6_000
/** How often a worker says so, in milliseconds. */
export const beatMs = 2_000

/** An activity of a worker, with counts of its jobs. */
export interface WorkerActivity extends ActivityIdentity, JobCounts {
  readonly running: number
}

/** A worker's report about itself; the counts cover all its activities since it started. */
export interface WorkerEntry extends JobCounts {
  readonly id: string
  readonly host: string
  readonly pid: number
  /** When it started, Unix milliseconds by its own clock. */
  readonly startedAt: number
  /** Activities of each kind that it can run at the same time. */
  readonly capacity: { readonly compute: number; readonly io: number }
  readonly running: number
  /** Whether it takes no more work, and ends when what it runs is done. */
  readonly isDraining: boolean
  readonly activities: readonly WorkerActivity[]
}

/** Who works for a queue, and which activities it has ever had. */
export class Registry {
  readonly #client: Redis
  readonly #names: QueueNames

  constructor(client: Redis, names: QueueNames) {
    this.#client = client
    this.#names = names
  }

  /** Notes activities, so that their queues are found. */
  async note(activities: readonly ActivityIdentity[]): Promise<void> {
    const entries = activities.flatMap((activity) => [this.#names.of(activity), JSON.stringify(activity)])
    if (entries.length > 0) await this.#client.hset(this.#names.key('activities'), ...entries)
  }

  /** All that are noted, by the name of their queue. */
  async activities(): Promise<ReadonlyMap<string, ActivityIdentity>> {
    const entries = await this.#client.hgetall(this.#names.key('activities'))
    return new Map(Object.entries(entries).map(([queue, text]) => [queue, JSON.parse(text) as ActivityIdentity]))
  }

  /** Forgets an activity whose queue is empty and that nobody runs. */
  async drop(queueName: string): Promise<void> {
    await this.#client.hdel(this.#names.key('activities'), queueName)
  }

  /** @param counted - What it did since it last said so, as `JobTally.takeFresh` gives it. */
  async announce(worker: WorkerEntry, counted: ReadonlyMap<string, number>): Promise<void> {
    await this.#counting(counted)
      .sadd(this.#names.key('workers'), worker.id)
      .set(this.#names.key('worker', worker.id), JSON.stringify(worker), 'PX', presentMs)
      .exec()
  }

  #counting(counted: ReadonlyMap<string, number>): ChainableCommander {
    const sent = this.#client.multi()
    for (const [name, count] of counted) sent.hincrby(this.#names.key('counts'), name, count)
    return sent
  }

  /** What has become of the jobs of each queue, as far as workers have told. */
  async counts(): Promise<(queueName: string) => JobCounts> {
    const counted = await this.#client.hgetall(this.#names.key('counts'))
    return (queueName) => {
      const counts: Record<JobCount, number> = { ...noCounts }
      for (const what of jobCounts) counts[what] = Number(counted[`${queueName}/${what}`] ?? 0)
      return counts
    }
  }

  /** @param counted - As for `announce`. */
  async leave(id: string, counted: ReadonlyMap<string, number>): Promise<void> {
    await this.#counting(counted).srem(this.#names.key('workers'), id).del(this.#names.key('worker', id)).exec()
  }

  /** Those that are there, by their start. */
  async workers(): Promise<readonly WorkerEntry[]> {
    const ids = await this.#client.smembers(this.#names.key('workers'))
    if (ids.length === 0) return []
    const texts = await this.#client.mget(ids.map((id) => this.#names.key('worker', id)))
    const gone = ids.filter((_, index) => texts[index] === null)
    if (gone.length > 0) await this.#client.srem(this.#names.key('workers'), ...gone)
    return texts
      .flatMap((text) => (text ? [JSON.parse(text) as WorkerEntry] : []))
      .toSorted((one, other) => one.startedAt - other.startedAt || (one.id < other.id ? -1 : 1))
  }
}

/** What is missing where no worker has an activity; `undefined` where one has it. */
export function missingFor(wanted: ActivityIdentity, workers: readonly WorkerEntry[]): string | undefined {
  const all = workers.filter(({ isDraining }) => !isDraining).flatMap(({ activities }) => activities)
  const close = all.filter(({ name }) => name === wanted.name)
  if (close.some((has) => isSame(has, wanted))) return undefined
  if (workers.length === 0) return 'no worker is running. Start one: skein worker --activities FILE.'
  if (close.length === 0) {
    const names = [...new Set(all.map(({ name }) => name))].join(', ')
    return `the workers have ${names || 'no activities'}. Start one with the module that exports "${wanted.name}".`
  }
  const differences = close.map((has) => differenceOf(has, wanted))
  return `${[...new Set(differences)].join('; ')}. Start a worker with the caller's version of the module.`
}

function isSame(one: ActivityIdentity, other: ActivityIdentity): boolean {
  return one.version === other.version && one.digest === other.digest && one.model === other.model
}

function differenceOf(has: ActivityIdentity, wanted: ActivityIdentity): string {
  if (has.version !== wanted.version) return `a worker has version ${has.version}, the caller ${wanted.version}`
  if (has.digest !== wanted.digest) {
    return `a worker has a module with different text (${has.digest.slice(0, 8)}, the caller ${wanted.digest.slice(0, 8)})`
  }
  return `a worker has the model ${has.model}, the caller ${wanted.model}`
}

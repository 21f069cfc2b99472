/** What a flock of many machines asks for. */
export interface Load {
  /** Machines, with one worker process each. */
  readonly machines: number
  /** Activities under way in each of them. */
  readonly concurrency: number
  /** How long an activity takes, in seconds, as a call of a model does. */
  readonly secondsEach: number
  /** Searchable records that are kept, beside results. */
  readonly records: number
  /** How long results of activities are kept, in days. */
  readonly keepDays: number
}

/** What one server and one machine can take. */
export interface Room {
  /** The share of its one processor that Redis may use. */
  readonly busy: number
  /** Bytes a second that a server may send. */
  readonly bytesPerSecond: number
  /** Bytes of memory of a server. */
  readonly serverBytes: number
  /** Bytes of memory that the search index of a process may take. */
  readonly indexBytes: number
}

/**
 * What things cost, measured in November 2026 with two workers and one caller on two shared processors (AMD EPYC, Redis
 * 7.0.15): 4,000 activities in a map-reduce, alone and with eight more processes that listen; 5,000 observations of 20
 * words.
 */
export const costs = {
  /** Time of the Redis server for an activity, and for each process that hears of it, in milliseconds. */
  activityMs: 0.3,
  activityMsPerListener: 0.01,
  /** Commands into which that time is divided. */
  commands: 8,
  /** Bytes that the server sends for an activity: to caller and worker, and to each process that hears of it. */
  activityBytes: 2_000,
  activityBytesPerListener: 390,
  /** What a process costs that does nothing: a share of the server's processor, and bytes a second. */
  idleBusy: 0.0031,
  idleBytesPerSecond: 14_000,
  /** Bytes in the server of an observation, and of the result of an activity. */
  recordBytes: 920,
  resultBytes: 1_020,
  /** Bytes of an observation in the search index of each process. */
  indexBytes: 235,
} as const

/** One space of a plan, each on a Redis server of its own. */
export interface Plan {
  readonly spaces: number
  readonly machines: number
  readonly activitiesPerSecond: number
  readonly busy: number
  readonly bytesPerSecond: number
  readonly serverBytes: number
  readonly indexBytes: number
  /** What decides that there can be no fewer spaces. */
  readonly limit: 'processor' | 'network' | 'memory' | 'index' | 'none'
}

/**
 * The fewest spaces that take a load. All processes of a space hear of all its changes, so traffic grows with the square
 * of its machines, and two spaces of half the size have half as much together.
 *
 * @throws when one machine alone is too much for a server.
 */
export function planFor(load: Load, room: Room): Plan {
  let limit: Plan['limit'] = 'none'
  for (let spaces = 1; spaces <= load.machines; spaces += 1) {
    const plan = planOf(load, spaces)
    const over = tooMuch(plan, room)
    if (over === undefined) return { ...plan, limit }
    limit = over
  }
  throw new Error(`One machine asks for more than a server has: its ${limit} is the limit. Lower the concurrency.`)
}

function planOf({ machines, concurrency, secondsEach, records, keepDays }: Load, spaces: number): Omit<Plan, 'limit'> {
  const own = Math.ceil(machines / spaces)
  const activitiesPerSecond = (own * concurrency) / secondsEach
  const results = activitiesPerSecond * keepDays * 86_400
  return {
    spaces,
    machines: own,
    activitiesPerSecond,
    busy: (activitiesPerSecond * serviceMs(own)) / 1_000 + own * costs.idleBusy,
    bytesPerSecond:
      activitiesPerSecond * (costs.activityBytes + costs.activityBytesPerListener * own) +
      own * costs.idleBytesPerSecond,
    serverBytes: (records / spaces) * costs.recordBytes + results * costs.resultBytes,
    indexBytes: (records / spaces) * costs.indexBytes,
  }
}

/** How long the server works for one activity, in milliseconds. */
export function serviceMs(machines: number): number {
  return costs.activityMs + costs.activityMsPerListener * machines
}

function tooMuch(plan: Omit<Plan, 'limit'>, room: Room): Plan['limit'] | undefined {
  if (plan.busy > room.busy) return 'processor'
  if (plan.bytesPerSecond > room.bytesPerSecond) return 'network'
  if (plan.serverBytes > room.serverBytes) return 'memory'
  return plan.indexBytes > room.indexBytes ? 'index' : undefined
}

/** How long commands wait at a server, in milliseconds. */
export interface Waits {
  readonly median: number
  readonly p99: number
}

/**
 * Simulates commands that arrive at one server at random and are done one after the other, as Redis does: a command waits
 * for what is left of those before it.
 *
 * @param busy - The share of its time that the server works, from 0 to 1.
 * @param commandMs - The mean time of a command. Single ones differ as in an exponential distribution.
 * @param random - From 0 to 1.
 */
export function simulateWaits(
  { busy, commandMs }: { readonly busy: number; readonly commandMs: number },
  random: () => number,
  count = 200_000,
): Waits {
  const draw = (mean: number): number => -Math.log(1 - random()) * mean
  const betweenMs = commandMs / busy
  const waits = new Float64Array(count)
  let waitMs = 0
  for (let at = 0; at < count; at += 1) {
    waits[at] = waitMs
    waitMs = Math.max(0, waitMs + draw(commandMs) - draw(betweenMs))
  }
  waits.sort()
  return { median: waits[Math.floor(count / 2)] ?? 0, p99: waits[Math.floor(count * 0.99)] ?? 0 }
}

import type { Operation } from '@skein/memory/testing'

/** Parameters of a simulated store and its users. */
export interface Simulation {
  readonly seed: number
  readonly operations: number
  readonly keys?: number
  /** Each has two threads. */
  readonly processes?: number
  /** The share of writes that are never answered, from 0 to 1. */
  readonly unanswered?: number
  /** The share of operations that are cached reads, from 0 to 1. */
  readonly cached?: number
  /** How stale a cached entry may be, in nanoseconds. */
  readonly maxStaleNs?: number
}

interface Register {
  /** The value and the time of each version; the first one is "absent". */
  readonly versions: { readonly value: unknown; readonly at: number }[]
  /** The newest version that each process knows. */
  readonly known: Map<string, number>
}

/** Pseudorandom numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/**
 * Simulates a history of a correct store: every operation takes effect at one
 * moment between its start and its end, in the order of these moments.
 */
export function simulateHistory(simulation: Simulation): Operation[] {
  const { seed, operations, keys = 3, processes = 3, unanswered = 0.1, cached = 0.3, maxStaleNs = 500 } = simulation
  const random = randomNumbers(seed)
  const below = (limit: number): number => Math.floor(random() * limit)
  const registers = Array.from({ length: keys }, (): Register => {
    return { versions: [{ value: undefined, at: 0 }], known: new Map() }
  })
  const freeFrom = Array.from({ length: 2 * processes }, () => 0)
  const late: (() => void)[] = []
  const history: Operation[] = []
  let now = 1

  while (history.length < operations) {
    now += 1 + below(20)
    if (late.length > 0 && random() < 0.2) late.splice(below(late.length), 1)[0]?.()
    const thread = below(freeFrom.length)
    const freeAt = freeFrom[thread] as number
    if (freeAt >= now) continue
    const startedAt = freeAt + below(now - freeAt)
    const endedAt = now + 1 + below(100)
    freeFrom[thread] = endedAt + below(20)
    const process = `p${thread >> 1}`
    const at = below(keys)
    const { versions, known } = registers[at] as Register
    const newest = versions.length - 1
    const call = { process, key: `k${at}`, startedAt }
    const learn = (version: number): void => void known.set(process, Math.max(version, known.get(process) ?? 0))
    const valueOf = (version: number): { value?: unknown } => (version === 0 ? {} : { value: versions[version]?.value })

    const dice = random()
    if (dice < cached) {
      let least = newest
      while (least > (known.get(process) ?? 0) && (versions[least]?.at ?? 0) >= startedAt - maxStaleNs) least -= 1
      const version = least + below(newest - least + 1)
      learn(version)
      history.push({ ...call, type: 'cached-read', endedAt, version, ...valueOf(version), ok: true })
    } else if (dice < cached + (1 - cached) / 2) {
      learn(newest)
      history.push({ ...call, type: 'read', endedAt, version: newest, ...valueOf(newest), ok: true })
    } else {
      const value = random() < 0.9 ? { by: `${process}-${history.length}` } : below(3)
      const ifVersion = random() < 0.5 ? (known.get(process) ?? 0) : undefined
      const write = { ...call, type: 'write', value, ...(ifVersion !== undefined && { ifVersion }) } as const
      const apply = (): number | undefined => {
        if (ifVersion !== undefined && ifVersion !== versions.length - 1) return undefined
        return versions.push({ value, at: now }) - 1
      }
      if (random() < unanswered) {
        history.push(write)
        if (random() < 0.6) late.push(apply)
      } else {
        const version = apply()
        learn(version ?? newest)
        history.push({ ...write, endedAt, version: version ?? newest, ok: version !== undefined })
      }
    }
  }
  return history
}

import { costs, planFor, serviceMs, simulateWaits } from './plan.ts'
import type { Load, Room } from './plan.ts'

/** A server with one core for Redis, 64 GB of memory and a network of a gigabit, each used with room to spare. */
const room: Room = { busy: 0.6, bytesPerSecond: 60e6, serverBytes: 48e9, indexBytes: 2e9 }

const load: Omit<Load, 'machines' | 'records'> = { concurrency: 16, secondsEach: 10, keepDays: 1 }
/** What a plan grows through. */
const sizes = [
  [3, 100_000],
  [10, 1_000_000],
  [100, 10_000_000],
  [1_000, 100_000_000],
] as const

const columns = ['machines', 'records', 'spaces', 'activities/s', 'busy', 'MB/s', 'GB', 'index MB', 'wait p50', 'p99']

/** Prints how many spaces and servers flocks of growing size need, and what each of them then does. */
export function printPlan(): string {
  const random = randomFrom(1)
  const rows = sizes.map(([machines, records]) => {
    const plan = planFor({ ...load, machines, records }, room)
    const waits = simulateWaits({ busy: plan.busy, commandMs: serviceMs(plan.machines) / costs.commands }, random)
    return [
      machines.toLocaleString('en'),
      records.toLocaleString('en'),
      `${plan.spaces}`,
      plan.activitiesPerSecond.toFixed(1),
      `${Math.round(plan.busy * 100)} %`,
      (plan.bytesPerSecond / 1e6).toFixed(1),
      (plan.serverBytes / 1e9).toFixed(1),
      Math.round(plan.indexBytes / 1e6).toString(),
      `${waits.median.toFixed(2)} ms`,
      `${waits.p99.toFixed(2)} ms`,
    ]
  })
  const widths = columns.map((name, at) => Math.max(name.length, ...rows.map((row) => row[at]?.length ?? 0)))
  const line = (cells: readonly string[]): string => cells.map((cell, at) => cell.padStart(widths[at] ?? 0)).join('  ')
  const { concurrency, secondsEach, keepDays } = load
  return [
    `Each machine does ${concurrency} activities of ${secondsEach} s at a time; results are kept for ${keepDays} day${keepDays === 1 ? '' : 's'}.`,
    'From "activities/s" on, figures are those of one space, with a Redis server of its own.',
    '',
    line(columns),
    ...rows.map(line),
  ].join('\n')
}

/** Numbers that look random, the same ones each time. See https://en.wikipedia.org/wiki/Xorshift */
export function randomFrom(seed: number): () => number {
  let state = seed | 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

/**
 * Runs the fault tests for as long as is asked for.
 *
 * - `pnpm soak seams [MINUTES]`: processes on SQLite, Redis, a cluster and Sentinel
 *   under faults at random, so many minutes on each; 10 unless told.
 * - `pnpm soak [ROUNDS]`: the faults of copies, again and again; 20 rounds unless
 *   told; a round takes about a minute.
 *
 * @module
 */

import { spawnSync } from 'node:child_process'

const args = process.argv.slice(2)
const isSeams = args[0] === 'seams'
const [count = isSeams ? '10' : '20'] = isSeams ? args.slice(1) : args
if (!/^[1-9]\d{0,5}$/.test(count)) {
  process.stderr.write(`Expected a number of ${isSeams ? 'minutes' : 'rounds'}, got ${count}.\n`)
  process.exit(2)
}
const [file, env] = isSeams
  ? ['seams', { SKEIN_SEAMS_MS: `${Number(count) * 60_000}` }]
  : ['coherence-faults', { SKEIN_SOAK_ROUNDS: count }]
const { status } = spawnSync('vitest', ['run', `packages/redis/test/${file}.slow.test.ts`], {
  stdio: 'inherit',
  env: { ...process.env, ...env },
})
process.exitCode = status ?? 1

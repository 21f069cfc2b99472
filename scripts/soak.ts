/**
 * Runs the fault tests again and again, for as many rounds as are asked for:
 * `pnpm soak [ROUNDS]`, 20 unless told; a round takes about a minute.
 *
 * @module
 */

import { spawnSync } from 'node:child_process'

const [rounds = '20'] = process.argv.slice(2)
if (!/^[1-9]\d{0,5}$/.test(rounds)) {
  process.stderr.write(`Expected a number of rounds, got ${rounds}.\n`)
  process.exit(2)
}
const { status } = spawnSync('vitest', ['run', 'packages/redis/test/coherence-faults.slow.test.ts'], {
  stdio: 'inherit',
  env: { ...process.env, SKEIN_SOAK_ROUNDS: rounds },
})
process.exitCode = status ?? 1

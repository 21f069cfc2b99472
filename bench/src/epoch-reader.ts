import { parentPort, workerData } from 'node:worker_threads'

import { EpochTable } from '../../packages/memory/src/cache/epoch-table.ts'

/**
 * Looks at one slot all the time while it is awake, and tells when it first saw
 * that a copy is refused. It sleeps between its turns, or it would take a
 * processor away from whoever has the turn.
 */
const {
  epochs: buffer,
  slot,
  seen,
  awake: alarm,
} = workerData as { epochs: SharedArrayBuffer; slot: number; seen: SharedArrayBuffer; awake: SharedArrayBuffer }
const epochs = new EpochTable(buffer)
const times = new BigInt64Array(seen)
const awake = new Int32Array(alarm)

parentPort?.postMessage('ready')
for (let round = 0n; ; round += 1n) {
  // Word 1 says which round the other side is in.
  while (Atomics.load(times, 1) <= round && Atomics.load(times, 2) >= 0n) Atomics.wait(awake, 0, 0)
  const before = Number(Atomics.load(times, 2))
  if (before < 0) break
  while (epochs.isCurrent(slot, before));
  Atomics.store(times, 0, process.hrtime.bigint())
}

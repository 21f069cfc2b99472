import { parentPort, workerData } from 'node:worker_threads'

import { EpochTable } from '../../packages/memory/src/epoch-table.ts'

/** Looks at one slot all the time, and tells when it first saw that a copy is refused. */
const {
  epochs: buffer,
  slot,
  seen,
} = workerData as { epochs: SharedArrayBuffer; slot: number; seen: SharedArrayBuffer }
const epochs = new EpochTable(buffer)
const times = new BigInt64Array(seen)

parentPort?.postMessage('ready')
for (let round = 0n; ; round += 1n) {
  // Word 1 says which round the other side is in.
  while (Atomics.load(times, 1) <= round && Atomics.load(times, 2) >= 0n);
  const before = Number(Atomics.load(times, 2))
  if (before < 0) break
  while (epochs.isCurrent(slot, before));
  Atomics.store(times, 0, process.hrtime.bigint())
}

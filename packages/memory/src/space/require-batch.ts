import type { Mutation } from '../store/mutation.ts'
import { tooLarge } from '../values/json.ts'
import { limits } from '../values/limits.ts'
import { requireCount } from '../values/require-option.ts'

/** Checks several writes that are to be one atom. @throws OptionError, ValueError when it is too large. */
export function requireBatch(batch: readonly Mutation[]): void {
  if (batch.length < 2) return
  requireCount('batch', batch.length, limits.batch)
  const values = batch.map((mutation) => ('value' in mutation ? mutation.value : ''))
  // A UTF-16 unit takes three bytes at most, so small batches are not counted.
  if (values.reduce((units, { length }) => units + length, 0) * 3 <= limits.batchBytes) return
  const bytes = values.reduce((sum, value) => sum + Buffer.byteLength(value), 0)
  if (bytes > limits.batchBytes) throw tooLarge(bytes, limits.batchBytes)
}

import { SkeinError } from '@skein/memory'
import type { View } from '@skein/memory'
import { runtimeState } from '@skein/memory/runtime'

const dayMs = 86_400_000

/** A bearer has used up its bytes for the day. Nothing was written. */
export class QuotaError extends SkeinError {
  readonly code = 'SKEIN_QUOTA'
  readonly bytesPerDay: number

  constructor(bytesPerDay: number) {
    super(
      `This token may write ${bytesPerDay} bytes a day, which this would exceed. Write less, or continue after midnight UTC.`,
    )
    this.bytesPerDay = bytesPerDay
  }
}

interface Written {
  readonly day: number
  readonly bytes: number
}

/** Makes a function that takes writes from a token's quota. All servers of the memory count together. */
export function writeQuota(view: View, id: string, bytesPerDay: number): (bytes: number) => Promise<void> {
  const state = runtimeState<Written>(view, `mcp/written/${id}`, 2 * dayMs)
  return (bytes) =>
    state.change((written, now) => {
      const day = Math.floor(now / dayMs)
      const sum = bytes + (written?.day === day ? written.bytes : 0)
      if (sum > bytesPerDay) throw new QuotaError(bytesPerDay)
      return { state: { day, bytes: sum }, result: undefined }
    })
}

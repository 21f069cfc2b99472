import { activity } from '@skein/core'
import type { Activity } from '@skein/core'
import type { Ref } from '@skein/memory'

/** Touches both ends of an object. */
export const firstAndLast: Activity<Ref<Uint8Array>, number> = activity(async ({ memory }, ref) => {
  const bytes = await memory.objects.bytes(ref)
  return (bytes[0] ?? 0) + (bytes.at(-1) ?? 0)
})

import type { EpochTable } from './cache/epoch-table.ts'
import { heedReads } from './cache/heed-reads.ts'
import { gateWrites } from './cache/write-gate.ts'
import { heldPastAmong } from './forgetting/held-among.ts'
import { hideForgotten } from './forgetting/hide-forgotten.ts'
import { keepHeld } from './forgetting/keep-held.ts'
import { KnownHolds } from './forgetting/known-holds.ts'
import { gateHistory } from './history/history-gate.ts'
import type { HeldPasts } from './history/history-gate.ts'
import type { ResolvedOptions } from './options.ts'
import { gateRetention } from './retention/retention-gate.ts'
import { gateContents } from './sealing/content-gate.ts'
import type { KeyRing } from './sealing/key-ring.ts'
import { gatePlain } from './sealing/plain-gate.ts'
import { gateSeals } from './sealing/seal-gate.ts'
import type { KnownSealing } from './sealing/sealing-state.ts'
import { gateSchemas } from './store/schema-gate.ts'
import type { Store } from './store/store.ts'
import { gateVectors } from './vectors/vector-gate.ts'

/** What a memory puts in front of its store. */
interface Gating {
  readonly ring: KeyRing
  readonly sealing: KnownSealing
  readonly epochs: EpochTable
  readonly options: Pick<ResolvedOptions, 'schemas' | 'retention' | 'history'>
}

/**
 * A store as the memory in the opening thread uses it: what goes in is checked, limited, sealed and told to the caches,
 * and what comes out is opened, in this order.
 *
 * @returns the store for everybody (`store`), and the one that shows and removes what is being erased (`whole`).
 */
export function gateStore(
  opened: Store,
  { ring, sealing, epochs, options }: Gating,
): { readonly whole: Store; readonly store: Store; readonly holds: KnownHolds } {
  const coherent = heedReads(gateWrites(gateContents(opened, ring), epochs), epochs)
  const sealed = gateSeals(gatePlain(coherent, ring, sealing), ring)
  const checked = gateSchemas(gateVectors(sealed, epochs), options.schemas)
  const holds = new KnownHolds(checked, epochs)
  const keeping = gateHistory(checked, options.history, heldPasts(checked, holds))
  const whole = gateRetention(keeping, options.retention, holds)
  return { whole, store: keepHeld(hideForgotten(whole, epochs), holds), holds }
}

/** What the holds keep of the past, as far as the gate of the history asks. */
function heldPasts(store: Store, holds: KnownHolds): HeldPasts {
  return {
    get areNone() {
      return holds.areNone
    },
    among: async (keys) => {
      const held = await holds.current()
      return held.rules.length === 0 ? undefined : heldPastAmong(store, keys, held)
    },
  }
}

import { covers, joinLabels } from '../values/access.ts'
import type { SetMutation } from '../store/mutation.ts'
import type { RecordKey, RecordMeta, StoredRecord } from '../store/record.ts'
import { decodeJson, encodeJson } from '../values/json.ts'
import { compareEntries, isSameDot, mergeContexts, mergeStates, nextStamp, unknownFact } from './fact-state.ts'
import type { Dot, FactEntry, FactState } from './fact-state.ts'

/**
 * What a node holds of a key beside the fact itself: the state that all nodes
 * share, and what it wrote over that without sharing it.
 */
export interface FactReplica {
  readonly state: FactState
  /** Writes of this node that its rule did not share, and that nothing has replaced. */
  readonly privates: readonly FactEntry[]
  /** Entries of the state that those replaced, here alone. */
  readonly hidden: readonly Dot[]
  /** The version of the fact that shows all this; 0 when that is absent. Any other one is a write of this node to come. */
  readonly shown: number
  /** The position in the feed up to which this node's writes of the key are in the state. */
  readonly local: number
}

/** What a node holds of a key that it never exchanged. */
export const noReplica: FactReplica = { state: unknownFact, privates: [], hidden: [], shown: 0, local: 0 }

/** What a node says of a write of its own. */
export type LocalWrite = Pick<FactEntry, 'value' | 'meta' | 'at' | 'expiresAt'>

/** All entries as this node shows them: first the present one, then what lost against it. */
export function shownEntries({ state, privates, hidden }: FactReplica): readonly FactEntry[] {
  const visible = state.entries.filter((entry) => !hidden.some((dot) => isSameDot(dot, entry)))
  return [...privates, ...visible].toSorted(compareEntries)
}

/**
 * What becomes of a key by a write of this node. It wins over all that the node
 * had seen, and replaces what its writer could have seen: what was shown, and
 * of the rest what its label covers. A conflict above that waits for a writer
 * who may know of it.
 *
 * @param isShared - Whether the others get to know of it.
 */
export function localWrite(held: FactReplica, node: string, write: LocalWrite, isShared: boolean): FactReplica {
  const { state, privates } = held
  const audience = { level: write.meta.sensitivity, compartments: write.meta.compartments }
  const kept = shownEntries(held).filter((entry, index) => index > 0 && !covers(audience, entry.meta))
  const isKept = (entry: FactEntry): boolean => kept.some((one) => isSameDot(one, entry))
  const own = [...state.context.map(([name, n]) => ({ node: name, n })), ...privates].filter((dot) => dot.node === node)
  // Not just the next number: a node whose store began anew must not use one twice.
  const n = Math.max(write.at, ...own.map((dot) => dot.n + 1))
  const entry = { node, n, ...nextStamp(write.at, [...state.entries, ...privates]), ...write }
  if (!isShared) {
    const hidden = state.entries.filter((one) => !isKept(one)).map((one) => ({ node: one.node, n: one.n }))
    return { ...held, privates: [entry, ...privates.filter(isKept)], hidden }
  }
  const entries = [entry, ...state.entries.filter(isKept)].toSorted(compareEntries)
  const context = mergeContexts(state.context, [[node, n]])
  return { ...held, state: { entries, context }, privates: privates.filter(isKept), hidden: [] }
}

/** What becomes of a key by what another node knows of it. */
export function takeState(held: FactReplica, received: FactState): FactReplica {
  const state = mergeStates(held.state, received)
  const hidden = held.hidden.filter((dot) => state.entries.some((entry) => isSameDot(entry, dot)))
  return { ...held, state, hidden }
}

/** Where the state of a fact is kept. */
export function replicaKey(key: string): RecordKey {
  return { collection: 'federation', id: `facts/${key}` }
}

/** @throws MissingKeyError when it is sealed with a key that is not given. */
export function decodeReplica(record: StoredRecord | undefined): FactReplica {
  return record === undefined ? noReplica : (decodeJson(record.value) as FactReplica)
}

/** Makes the write that keeps it: as sensitive as all that it holds. */
export function replicaMutation(key: string, held: FactReplica, ifVersion: number): SetMutation {
  const { state, privates } = held
  const label = joinLabels([...state.entries, ...privates].map(({ meta }) => meta).map(labelOf))
  const meta = { author: 'skein', tags: [], derivedFrom: [], ...label }
  return { type: 'set', key: replicaKey(key), value: encodeJson(held), meta, ifVersion }
}

function labelOf({ sensitivity, compartments }: RecordMeta): Pick<RecordMeta, 'sensitivity' | 'compartments'> {
  return { sensitivity, compartments }
}

import { covers, joinLabels } from '../values/access.ts'
import type { SetMutation } from '../store/mutation.ts'
import type { RecordKey, RecordMeta, StoredRecord } from '../store/record.ts'
import { decodeJson, encodeJson } from '../values/json.ts'
import type { Erased } from './erased.ts'
import { erasedSources } from './erased.ts'
import {
  compareEntries,
  isAfter,
  isSameDot,
  latestOf,
  mergeContexts,
  mergeStates,
  nextStamp,
  unknownFact,
} from './fact-state.ts'
import type { Dot, FactEntry, FactState, Stamp } from './fact-state.ts'

/**
 * What a node keeps for a key beside the fact itself: the state that all nodes
 * share, and this node's private writes on top of it.
 */
export interface FactReplica {
  readonly state: FactState
  /** Writes of this node that its rule did not share and that no later write has replaced. */
  readonly privates: readonly FactEntry[]
  /** Entries of the state that the private writes replaced, on this node alone. */
  readonly hidden: readonly Dot[]
  /** The fact's version that shows this replica; 0 when absent. Any other version is a local write not captured yet. */
  readonly shown: number
  /** The position in the feed up to which this node's writes of the key are in the state. */
  readonly local: number
  /** The last erasure of the key that this node has carried out. */
  readonly erased?: Erased | undefined
}

/** The replica of a key that the node never exchanged. */
export const noReplica: FactReplica = { state: unknownFact, privates: [], hidden: [], shown: 0, local: 0 }

/** A write of this node, before it gets a dot and a stamp. */
export type LocalWrite = Pick<FactEntry, 'value' | 'meta' | 'at' | 'expiresAt'>

/** All entries as this node shows them: the winner first, then the entries that lost. */
export function shownEntries({ state, privates, hidden }: FactReplica): readonly FactEntry[] {
  const visible = state.entries.filter((entry) => !hidden.some((dot) => isSameDot(dot, entry)))
  return [...privates, ...visible].toSorted(compareEntries)
}

/**
 * Applies a write of this node to a replica. The write wins over everything the
 * node has seen. It replaces what its writer could see: the shown entry, and
 * those conflicting entries that its label covers. A conflict above that label
 * remains for a writer with the clearance to see it.
 *
 * @param isShared - Whether the other nodes receive the write.
 */
export function localWrite(held: FactReplica, node: string, write: LocalWrite, isShared: boolean): FactReplica {
  const { state, privates } = held
  const audience = { level: write.meta.sensitivity, compartments: write.meta.compartments }
  const kept = shownEntries(held).filter((entry, index) => index > 0 && !covers(audience, entry.meta))
  const isKept = (entry: FactEntry): boolean => kept.some((one) => isSameDot(one, entry))
  const own = [...state.context.map(([name, n]) => ({ node: name, n })), ...privates].filter((dot) => dot.node === node)
  // Not just the next number: a node with a new, empty store must not use a number twice.
  const n = Math.max(write.at, ...own.map((dot) => dot.n + 1))
  const seen = [...state.entries, ...privates, ...(state.erased ? [state.erased] : [])]
  const entry = { node, n, ...nextStamp(write.at, seen), ...write }
  if (!isShared) {
    const hidden = state.entries.filter((one) => !isKept(one)).map((one) => ({ node: one.node, n: one.n }))
    return { ...held, privates: [entry, ...privates.filter(isKept)], hidden }
  }
  const entries = [entry, ...state.entries.filter(isKept)].toSorted(compareEntries)
  const context = mergeContexts(state.context, [[node, n]])
  return { ...held, state: { ...state, entries, context }, privates: privates.filter(isKept), hidden: [] }
}

/** Merges another node's state into a replica. */
export function takeState(held: FactReplica, received: FactState): FactReplica {
  const state = mergeStates(held.state, received)
  const hidden = held.hidden.filter((dot) => state.entries.some((entry) => isSameDot(entry, dot)))
  const privates = held.privates.filter((entry) => isAfter(entry, state.erased))
  return { ...held, state, privates, hidden }
}

/**
 * Removes all entries up to a stamp, for good.
 *
 * @param isGone - Whether the fact itself goes, and not only what lost against it.
 */
export function eraseEntries(held: FactReplica, upTo: Stamp, erased: Erased, isGone: boolean): FactReplica {
  const next = takeState(held, { ...unknownFact, erased: upTo })
  return { ...next, erased, ...(isGone && { shown: 0 }) }
}

/** The latest entry of a replica; `undefined` where it has none. */
export function latestEntry({ state, privates }: FactReplica): Stamp | undefined {
  return latestOf([...state.entries, ...privates])
}

/** The key of the record that keeps a fact's replica. */
export function replicaKey(key: string): RecordKey {
  return { collection: 'federation', id: `facts/${key}` }
}

/** @throws MissingKeyError when the record is sealed with a key that the memory was not given. */
export function decodeReplica(record: StoredRecord | undefined): FactReplica {
  return record === undefined ? noReplica : (decodeJson(record.value) as FactReplica)
}

/** Makes the write that stores a replica, with a label as high as the labels of all its entries. */
export function replicaMutation(key: string, held: FactReplica, ifVersion: number): SetMutation {
  const { state, privates } = held
  const label = joinLabels([...state.entries, ...privates].map(({ meta }) => meta).map(labelOf))
  const meta = { author: 'skein', tags: [], derivedFrom: erasedSources(held.erased), ...label }
  return { type: 'set', key: replicaKey(key), value: encodeJson(held), meta, ifVersion }
}

function labelOf({ sensitivity, compartments }: RecordMeta): Pick<RecordMeta, 'sensitivity' | 'compartments'> {
  return { sensitivity, compartments }
}

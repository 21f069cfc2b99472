import type { Slot } from '../machine/state-slots.ts'

/** Which slots of a saved machine are which of the present one. */
export interface PairedSlots<Old extends Slot> {
  readonly pairs: ReadonlyMap<Old, Slot>
  /** Slots that the present machine does not have, or not without doubt. */
  readonly lost: readonly Old[]
  /** Slots that the saved machine did not have, or not without doubt. */
  readonly gained: readonly Slot[]
}

/**
 * Pairs what a saved machine waited for with what the present one waits for in the same states: by the ids that the
 * machine names, then by state and name, then by name alone. Whatever is in doubt stays unpaired.
 */
export function pairSlots<Old extends Slot>(old: readonly Old[], present: readonly Slot[]): PairedSlots<Old> {
  const pairs = new Map<Old, Slot>()
  const left = new Set(old)
  const free = new Set(present)
  const pair = (saved: Old, slot: Slot): void => {
    pairs.set(saved, slot)
    left.delete(saved)
    free.delete(slot)
  }
  for (const saved of left) {
    const same =
      saved.isNamed && [...free].find(({ isNamed, id, name }) => isNamed && id === saved.id && name === saved.name)
    if (same) pair(saved, same)
  }
  for (const keyOf of [placeOf, nameOf]) {
    for (const [key, group] of Map.groupBy([...left], keyOf)) {
      const same = [...free].filter((slot) => keyOf(slot) === key)
      // Of equal ones in other states, nobody knows which is which.
      if (keyOf === placeOf || group.length === 1) for (const [saved, slot] of matched(group, same)) pair(saved, slot)
    }
  }
  return { pairs, lost: [...left], gained: [...free] }
}

function placeOf({ state, ...slot }: Slot): string {
  return `${nameOf(slot)} ${state}`
}

function nameOf({ kind, name }: Pick<Slot, 'kind' | 'name'>): string {
  return `${kind} ${JSON.stringify(name)}`
}

/** Slots alike are told from each other by what follows from them, else by their order. */
function matched<Old extends Slot>(old: readonly Old[], present: readonly Slot[]): [Old, Slot][] {
  if (old.length !== present.length) return []
  const byOrder = old.map((saved, index): [Old, Slot] => [saved, present[index] as Slot])
  if (byOrder.length === 1 || byOrder.every(([saved, slot]) => followsOf(saved) === followsOf(slot))) return byOrder
  const byFollows = new Map(present.map((slot) => [followsOf(slot), slot]))
  if (byFollows.size < present.length || new Set(old.map(followsOf)).size < old.length) return []
  const found = old.flatMap((saved): [Old, Slot][] => {
    const slot = byFollows.get(followsOf(saved))
    return slot ? [[saved, slot]] : []
  })
  return found.length === old.length ? found : []
}

function followsOf({ done = '-', error = '-' }: Slot): string {
  return `${done} ${error}`
}

import { publicLabel } from './access.ts'
import type { Label } from './access.ts'
import type { Actor } from './actor.ts'
import type { Damage } from './damage.ts'
import type { Space } from './space.ts'
import type { Collection } from './store.ts'

/** What was asked for, in the words of the audit. */
const everything = { collection: 'settings', id: '' } as const

/** The label of a damaged record can't be trusted: that somebody saw it is for those who may know of everything. */
const unknown: Label = { sensitivity: 'confidential', compartments: [] }

/** See `View.damages`. */
export async function* damagesOf(space: Space, actor: Actor): AsyncGenerator<Damage, void, undefined> {
  space.assertOpen()
  actor.requireRight('administer', 'administer', everything)
  actor.reading?.shown('administer', everything.collection, everything.id, publicLabel)
  for await (const damage of space.store.check()) {
    const { kind, id } = damage
    if (kind === 'record') actor.reading?.shown('administer', damage.collection as Collection, id, unknown)
    if (kind === 'object') actor.reading?.shown('administer', 'objects', id, unknown)
    yield damage
  }
}

import { publicLabel } from '../values/access.ts'
import type { Label } from '../values/access.ts'
import type { Actor } from '../space/actor.ts'
import type { Corruption } from '../store/corruption.ts'
import type { Space } from '../space/space.ts'
import type { Collection } from '../store/collections.ts'

/** The key under which the audit records a verification. */
const everything = { collection: 'settings', id: '' } as const

/** A damaged record's label can't be trusted, so the audit entry has the highest one. */
const unknown: Label = { sensitivity: 'confidential', compartments: [] }

/** See `View.verify`. */
export async function* verifyAll(space: Space, actor: Actor): AsyncGenerator<Corruption, void, undefined> {
  space.assertOpen()
  actor.requireRight('administer', 'administer', everything)
  actor.readAuditor?.shown('administer', everything.collection, everything.id, publicLabel)
  for await (const damage of actor.unseen.verify()) {
    actor.used(unknown)
    const { kind, id } = damage
    if (kind === 'record') actor.readAuditor?.shown('administer', damage.collection as Collection, id, unknown)
    if (kind === 'object') actor.readAuditor?.shown('administer', 'objects', id, unknown)
    yield damage
  }
}

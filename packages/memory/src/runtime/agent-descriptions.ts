import type { Actor } from '../space/actor.ts'
import type { OwnMutation } from '../space/shown.ts'
import type { RecordKey } from '../store/record.ts'
import { publicLabel } from '../values/access.ts'
import { decodeJson, encodeJson } from '../values/json.ts'

/** What a runtime says of a definition of agents, for programs that look on without having it. */
export interface AgentDescription {
  /** The definition, with its version. */
  readonly id: string
  /** JSON data, the same for all its agents; everybody may see it. */
  readonly description: unknown
}

const task = 'agent-descriptions'

/** Keeps a description, in place of an earlier one. */
export function describeMutation(actor: Actor, { id, description }: AgentDescription): readonly OwnMutation[] {
  const meta = { author: actor.principal.id, task, tags: [], derivedFrom: [], ...publicLabel }
  return actor.plain([{ type: 'set', key: keyOf(id), value: encodeJson(description), meta }])
}

/** The description of a definition, if there is one. */
export async function readDescription(actor: Actor, id: string): Promise<unknown> {
  const [record] = await actor.unseen.read([keyOf(id)])
  return record && decodeJson(record.value)
}

function keyOf(id: string): RecordKey {
  return { collection: 'settings', id: `${task}/${id}` }
}

import { activity } from '@skein/core'
import type { Activity } from '@skein/core'
import type { Ref } from '@skein/memory'

import { spin } from './work.ts'

/** A part of a task, to be studied. */
export interface Part {
  readonly task: string
  readonly part: number
  readonly source: Ref
  /** How long it takes, in rounds of {@link spin}. */
  readonly rounds: number
}

/** Reads a source and what was found before, thinks, and leaves a note, an observation and how far it has come. */
export const study: Activity<Part, Ref> = activity(
  async ({ memory }, { task, part, source, rounds }) => {
    const text = await memory.objects.get(source)
    const { items } = await memory.observations.list({ task, limit: 3 })
    const found = { part, about: String(text).slice(0, 200), before: items.length, sum: spin(rounds) }
    const note = await memory.objects.put(found, { task, tags: ['note'], derivedFrom: [source] })
    await memory.observations.log({ task, value: found, tags: ['found'], derivedFrom: [note] })
    await memory.facts.set(`progress/${task}`, part)
    return note
  },
  { kind: 'compute', shared: true },
)

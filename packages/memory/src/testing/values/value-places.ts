import { randomUUID } from 'node:crypto'

import type { DecisionValue } from '../../kinds/decisions.ts'
import type { LearningValue } from '../../kinds/learnings.ts'
import type { Ref } from '../../kinds/ref.ts'
import type { View } from '../../view.ts'

/** An operation of the memory that accepts any JSON data. */
export interface ValuePlace {
  readonly name: string
  /** The path of the value inside the stored record. */
  readonly path: string
  /** How many levels the stored record adds around the value. */
  readonly around: number
  /** Whether the value comes from a function that is called later. */
  readonly isMadeLater?: boolean
  /** Values that it accepts although they are not JSON data. */
  readonly takes?: (value: unknown) => boolean
  /** Makes the record that the value is written to, if one must exist; resolves to its id. */
  readonly begin?: (view: View) => Promise<string>
  write(view: View, id: string, value: unknown): Promise<unknown>
  /** @param written - The result of the write, if it succeeded. */
  read(view: View, id: string, written: unknown): Promise<unknown>
}

/** Every operation of the memory that accepts any JSON data. */
export const valuePlaces: readonly ValuePlace[] = [
  {
    name: 'a fact',
    path: '$',
    around: 0,
    write: ({ facts }, id, value) => facts.set(id, value),
    read: ({ facts }, id) => facts.get(id),
  },
  {
    name: 'an updated fact',
    path: '$',
    around: 0,
    isMadeLater: true,
    write: ({ facts }, id, value) => facts.update(id, () => value),
    read: async ({ facts }, id) => (await facts.read(id, { consistency: 'strong' }))?.value,
  },
  {
    name: 'an observation',
    path: '$',
    around: 0,
    write: ({ observations }, task, value) => observations.log({ task, value }),
    read: async ({ observations }, task) => (await observations.list({ task })).items[0]?.value,
  },
  {
    name: 'a decision',
    path: '$.decision',
    around: 1,
    write: ({ decisions }, task, decision) => decisions.record({ task, decision, reasoning: 'none' }),
    read: async ({ decisions }, task) => (await decisions.list<DecisionValue>({ task })).items[0]?.value.decision,
  },
  {
    name: 'a learning',
    path: '$.details',
    around: 1,
    write: ({ learnings }, task, details) => learnings.log({ task, signal: 'pattern', context: {}, details }),
    read: async ({ learnings }, task) => (await learnings.list<LearningValue>({ task })).items[0]?.value.details,
  },
  {
    name: 'an alert',
    path: '$',
    around: 0,
    write: ({ alerts, principal }, task, insight) => alerts.send({ task, to: [principal.id], insight }),
    read: async ({ alerts }, id) => (await alerts.pending()).find(({ task }) => task === id)?.insight,
  },
  {
    name: 'an answer',
    path: '$.answer',
    around: 1,
    begin: async ({ escalations }) => (await escalations.open({ task: 't', reason: randomUUID() })).id,
    write: ({ escalations }, id, answer) => escalations.answer(id, answer),
    read: async ({ escalations }, id) => (await escalations.get(id)).answer,
  },
  {
    name: 'an object',
    path: '$',
    around: 0,
    // The object then holds bytes.
    takes: (value) => value instanceof Uint8Array,
    write: ({ objects }, _, content) => objects.put(content),
    read: ({ objects }, _, ref) => (ref === undefined ? Promise.resolve() : objects.get(ref as Ref)),
  },
  {
    name: 'a result',
    path: '$.value',
    around: 1,
    isMadeLater: true,
    // The result of work that returns nothing is null.
    takes: (value) => value === undefined,
    write: (view, id, value) => view.once(id, () => value),
    read: async (view, id) => {
      const { value, reused } = await view.once(id, () => 'made anew')
      return reused ? value : undefined
    },
  },
]

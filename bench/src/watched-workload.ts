import { agent, createFlock } from '@skein/core'
import type { Flock } from '@skein/core'
import { openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import type { StoreDriver } from '@skein/memory/store'

/** Analysts who study tasks, two of them each: what one has studied the other reuses. */
export interface Study {
  readonly analysts: number
  /** Parts of a task, which are studied one after the other. */
  readonly parts: number
  /** How long a part is thought about, in rounds of work. */
  readonly rounds: number
}

/** A flock that can be set to work again and again. */
export interface StudyFlock {
  readonly memory: Memory
  readonly flock: Flock
  /** Has all tasks of a turn studied; resolves to the activities that have ended since the flock was made. */
  run(): Promise<number>
  close(): Promise<void>
}

const threads = 2
const sourceCount = 8

/** Opens a flock on a memory of its own. */
export async function openStudy(store: StoreDriver, { analysts, parts, rounds }: Study): Promise<StudyFlock> {
  const memory = await openMemory({ store })
  const flock = await createFlock({ memory, threads, askTimeoutMs: Number.POSITIVE_INFINITY })
  const { study } = flock.activities<typeof import('./watched-activities.ts')>(
    new URL('./watched-activities.ts', import.meta.url),
  )
  const definition = agent({ role: 'analyst', on: { study } })
  const all = Array.from({ length: analysts }, (_, index) => flock.spawn(definition, { id: `analyst-${index}` }))
  const desk = memory.as({ id: 'desk', role: 'desk' })
  const sources = await Promise.all(
    Array.from({ length: sourceCount }, (_, index) => desk.objects.put(`Source ${index}. ${'So it is. '.repeat(300)}`)),
  )
  let turns = 0
  let ended = 0
  flock.on(({ type }) => {
    if (type === 'activity.done') ended += 1
  })

  const work = async (analyst: (typeof all)[number], index: number, turn: number): Promise<void> => {
    const pair = Math.floor(index / 2)
    const task = `task ${turn}.${pair}`
    for (let part = 0; part < parts; part += 1) {
      const source = sources[(pair + part) % sourceCount]
      if (!source) throw new Error('There is a source for each part.')
      await analyst.memory.facts.get(`progress/${task}`)
      const note = await analyst.ask({ type: 'study', input: { task, part, source, rounds } })
      await analyst.memory.decisions.record({ task, decision: { take: note.id }, reasoning: 'It says the most.' })
    }
  }

  return {
    memory,
    flock,
    run: async () => {
      const [turn, before] = [(turns += 1), ended]
      await Promise.all(all.map((analyst, index) => work(analyst, index, turn)))
      const studied = ended - before
      const expected = Math.ceil(analysts / 2) * parts
      if (studied !== expected) throw new Error(`${studied} parts were studied, not each of ${expected} once.`)
      return ended
    },
    close: async () => {
      await flock.close()
      await memory.close()
    },
  }
}

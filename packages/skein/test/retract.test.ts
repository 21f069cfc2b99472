import type { Memory } from '@skein/memory'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { expectClearError } from './expect-clear-error.ts'
import { openIn } from './sample-memory.ts'
import { useSampleMemory } from './use-sample-memory.ts'

const { sample, run, json } = useSampleMemory()
let memory: Memory
beforeAll(async () => {
  memory = await openIn(sample.folder)
})
afterAll(() => memory.close())

const ann = { id: 'ann', role: 'research' }
const asRita = ['--as', 'rita', '--right', 'correct']

interface Printed {
  readonly items: readonly { readonly id: string; readonly correction?: object; readonly doubts?: readonly string[] }[]
}

describe('skein retract, supersede and confirm', () => {
  it('corrects, lists what holds, and marks the rest', async () => {
    const view = memory.as(ann)
    const wrong = await view.observations.log({ task: 'sale', value: 'Acme is for sale' })
    const note = await view.decisions.record({
      task: 'sale',
      decision: 'bid',
      reasoning: 'It is for sale.',
      derivedFrom: [wrong],
    })
    const name = `observations/${wrong.id}`
    const done = await run('retract', name, '--reason', 'It was a rumor.', ...asRita)
    expect(done).toMatchObject({ code: 0, stderr: '' })
    expect(done.stdout).toBe(`Retracted ${name}.\n1 record in doubt:\n  decisions/${note.id} by ann\n`)
    expect((await json<Printed>('ls', 'observations', '--task', 'sale')).items).toEqual([])
    expect((await json<Printed>('ls', 'observations', '--task', 'sale', '--all')).items).toMatchObject([
      { id: wrong.id, correction: { state: 'retracted', reason: 'It was a rumor.', author: 'rita' } },
    ])
    expect((await run('ls', 'observations', '--task', 'sale', '--all')).stdout).toMatch(/STATE.*\n.*retracted/)
    expect((await run('ls', 'decisions', '--task', 'sale')).stdout).toMatch(/STATE.*\n.*in doubt/)
    expect((await run('get', 'observations', wrong.id)).stdout).toContain('retracted by rita: It was a rumor.')
    expect((await run('get', 'decisions', note.id)).stdout).toContain(`in doubt   ${name}`)
    expect((await json<Printed>('search', 'acme', '--all', '--task', 'sale')).items).toHaveLength(1)

    const better = await view.decisions.record({ task: 'sale', decision: 'wait', reasoning: 'Nothing is for sale.' })
    const by = ['--by', `decisions/${better.id}`]
    const { correction } = await json<{ correction: object }>('supersede', `decisions/${note.id}`, ...by, ...asRita)
    expect(correction).toMatchObject({ state: 'superseded', supersededBy: better.id, latest: better.id })
    expect((await json<Printed>('ls', 'decisions', '--task', 'sale')).items.map(({ id }) => id)).toEqual([better.id])
  })

  it('confirms what is in doubt', async () => {
    const view = memory.as(ann)
    const source = await view.objects.put('A text of the agency.')
    await view.facts.set('agency/price', 12, { derivedFrom: [source] })
    const retracted = ['retract', `objects/${source.id.slice(0, 20)}…`, '--reason', 'withdrawn', ...asRita]
    expect(await run(...retracted)).toMatchObject({ code: 0 })
    expect((await run('get', 'objects', source.id)).stdout).toContain('A text of the agency.')
    expect(await run('confirm', 'facts/agency/price', ...asRita)).toMatchObject({
      code: 0,
      stdout: 'Confirmed facts/agency/price.\n',
    })
    expect(await view.corrections.doubts('facts/agency/price')).toEqual([])
  })

  it('says what it needs', async () => {
    const { id } = await memory.as(ann).observations.log({ value: 'x' })
    const name = `observations/${id}`
    expectClearError(await run('retract', name, '--as', 'rita', '--reason', 'no'), 1, /right "correct"/)
    expectClearError(await run('retract', 'facts/x', '--reason', 'no', ...asRita), 1, /observations\/ID/)
    expectClearError(await run('supersede', name, '--by', `objects/${id}`, ...asRita), 1, /object/)
    expect((await run('retract', name, ...asRita)).stderr).toContain('--reason')
  })
})

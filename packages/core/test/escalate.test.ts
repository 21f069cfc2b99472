import { describe, expect, it } from 'vitest'

import { asker } from './fixtures/asker.ts'
import { nextEvent, openFlock } from './open-flock.ts'

const one = { threads: 1 }

describe('escalate', () => {
  it('resolves to the answer of a person', async () => {
    const { flock, memory } = await openFlock(undefined, one)
    const agent = flock.spawn(asker())
    const eve = memory.as({ id: 'eve', role: 'support' }).escalations
    await nextEvent(flock, 'escalation.opened')
    const [item] = await eve.list({ state: 'open', assignedTo: 'support' })
    expect(item).toMatchObject({ task: 'deal/7', question: 'Grant 20 %?', openedBy: agent.id })
    await eve.take(item?.id ?? '')
    await eve.answer(item?.id ?? '', 'granted')
    expect(await agent.done).toBe('granted')
  })

  it('fails with the reason when it is declined', async () => {
    const { flock, memory } = await openFlock(undefined, one)
    const agent = flock.spawn(asker())
    const { id } = (await nextEvent(flock, 'escalation.opened')).escalation
    await memory.as({ id: 'eve', role: 'support' }).escalations.decline(id, 'Ten at most.')
    const error = { code: 'SKEIN_DECLINED', escalation: id, task: 'deal/7', why: 'Ten at most.' }
    expect(await agent.done).toMatchObject(error)
    // Asked again, it is the same escalation: declined already.
    expect(await flock.spawn(asker()).done).toMatchObject(error)
  })

  it('fails with the reason when it is handed back', async () => {
    const { flock, memory } = await openFlock(undefined, one)
    const opened = nextEvent(flock, 'escalation.opened')
    const agent = flock.spawn(asker())
    const { id } = (await opened).escalation
    await memory.as({ id: 'eve', role: 'support' }).escalations.handBack(id, 'Decide yourself.')
    expect(await agent.done).toMatchObject({ code: 'SKEIN_HANDED_BACK', task: 'deal/7', why: 'Decide yourself.' })
  })
})

import type { Escalation, Memory } from '@skein/memory'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { expectClearError } from './expect-clear-error.ts'
import { startSkein } from './run-skein.ts'
import type { Ended } from './run-skein.ts'
import { openIn } from './sample-memory.ts'
import { useSampleMemory } from './use-sample-memory.ts'

const { sample, run } = useSampleMemory()
/** Agents of this process that work on the same file. */
let memory: Memory
beforeAll(async () => {
  memory = await openIn(sample.folder)
})
afterAll(() => memory.close())

/** Lets an agent ask. Resolves `answered` with the escalation and its answer. */
async function ask(question: string): Promise<{ readonly id: string; readonly answered: Promise<Escalation> }> {
  const { escalations } = memory.as({ id: 'ann', role: 'sales' })
  const { id } = await escalations.open({ task: 'deal/9', reason: 'I do not know.', question, assignedTo: 'support' })
  return { id, answered: escalations.answered(id) }
}

describe('skein answer', () => {
  it('gives a waiting agent JSON, text, or standard input', async () => {
    const asked = await Promise.all([ask('a'), ask('b'), ask('c'), ask('d')])
    const [json, text, forced, typed] = asked
    const { child, ended } = startSkein(['answer', typed.id, '-', '--as', 'eve', '--store', 'x.db'], sample.folder)
    child.stdin?.end('{"granted":\n"in part"}\n')
    const ends = await Promise.all([
      run('answer', json.id, '{"granted":true}', '--as', 'eve'),
      run('answer', text.id, 'Yes, do.', '--as', 'eve', '--json'),
      run('answer', forced.id, '42', '--as', 'eve', '--text'),
      ended,
    ])
    for (const { code, stderr } of ends) expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(ends[0]?.stdout).toBe(`Answered ${json.id} (task deal/9).\n`)
    expect(JSON.parse(ends[1]?.stdout ?? '')).toMatchObject({ id: text.id, state: 'answered', answer: 'Yes, do.' })
    const answers = await Promise.all(asked.map(async ({ answered }) => (await answered).answer))
    expect(answers).toEqual([{ granted: true }, 'Yes, do.', '42', { granted: 'in part' }])
  })

  it('takes, and hands back', async () => {
    const { id, answered } = await ask('e')
    expect(await run('answer', id, '--take', '--as', 'eve')).toMatchObject({
      code: 0,
      stdout: `Took ${id} (task deal/9).\n`,
    })
    const again = await run('answer', id, '--take', '--as', 'eve')
    expectClearError(again, 1, /was taken by you \d+ s ago\. Give your answer\. Nothing was changed/)
    expectClearError(
      await run('answer', id, 'no', '--as', 'bob'),
      1,
      /was taken by "eve" .*Only that person can answer/,
    )
    const back = await run('answer', id, '--hand-back', 'Ask finance.', '--as', 'eve')
    expect(back).toMatchObject({ code: 0, stdout: `Handed back ${id} (task deal/9).\n` })
    expect(await answered).toMatchObject({ state: 'handed-back', answer: 'Ask finance.', takenBy: 'eve' })
    expectClearError(await run('answer', id, 'no', '--as', 'bob'), 1, /was handed back by "eve" .*: Ask finance\./)
  })

  it('declines', async () => {
    const { id, answered } = await ask('Grant 30 %?')
    const declined = await run('answer', id, '--decline', 'Ten at most.', '--as', 'eve')
    expect(declined).toMatchObject({ code: 0, stdout: `Declined ${id} (task deal/9).\n` })
    expect(await answered).toMatchObject({ state: 'declined', answer: 'Ten at most.' })
    expectClearError(await run('answer', id, 'no', '--as', 'bob'), 1, /was declined by "eve" .*: Ten at most\./)
    const [shown, listed] = await Promise.all([run('inbox', id), run('inbox', '--state', 'declined')])
    expect(shown.stdout).toContain('declined because\n  Ten at most.\n')
    expect(listed.stdout).toContain(id)
    const two = await run('answer', id, '--decline', 'a', '--hand-back', 'b', '--as', 'eve')
    expectClearError(two, 1, /^skein: Exactly one of these is needed/)
  })

  it('accepts one of two answers at once, and tells the other person who was faster', async () => {
    const { id, answered } = await ask('f')
    const both = await Promise.all(['eve', 'bob'].map((who) => run('answer', id, `from ${who}`, '--as', who)))
    const { answer } = await answered
    const [winner, loser] = answer === 'from eve' ? ['eve', 'bob'] : ['bob', 'eve']
    const late = both[loser === 'eve' ? 0 : 1] as Ended
    expect(both[winner === 'eve' ? 0 : 1]).toMatchObject({ code: 0 })
    expectClearError(
      late,
      1,
      new RegExp(`was answered by "${winner}" .* ago, with from ${winner}\\. Nothing was changed`),
    )
  })

  it.each([
    ['an answer by nobody', ['answer', 'x', 'yes'], 2, /--as <id>.*not specified/],
    ['no answer', ['answer', 'x', '--as', 'eve'], 1, /Exactly one of these is needed: an answer/],
    ['two answers', ['answer', 'x', 'yes', '--take', '--as', 'eve'], 1, /^skein: Exactly one of these is needed/],
    ['an empty answer', ['answer', 'x', ' ', '--as', 'eve'], 1, /is empty.*--hand-back/],
    ['no such question', ['answer', 'x', 'yes', '--as', 'eve'], 1, /No escalation "x"/],
  ] as const)('refuses %s in one clear sentence', async (_, args, code, text) => {
    expectClearError(await run(...args), code, text)
  })

  it('finds no escalation that the clearance does not cover', async () => {
    expectClearError(await run('answer', sample.secretQuestion, 'yes', '--as', 'eve'), 1, /No escalation/)
  })
})

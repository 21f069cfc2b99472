import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Escalation, Memory } from '@skein/memory'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { expectClearError } from './expect-clear-error.ts'
import { cleared, filledFolder, folderForAll, openIn, secret } from './looked-at-memory.ts'
import type { LookedAt } from './looked-at-memory.ts'
import { skein, startSkein } from './run-skein.ts'
import type { Ended } from './run-skein.ts'

let at: LookedAt
/** Agents at work in this process, on the same file. */
let memory: Memory
beforeAll(async () => {
  at = await filledFolder()
  memory = await openIn(at.folder)
})
afterAll(() => memory.close())

const look = (...args: string[]): Promise<Ended> => skein([...args, '--store', 'x.db'], at.folder, { COLUMNS: '140' })

/** An agent asks; what it gets is the escalation with its answer. */
async function ask(question: string): Promise<{ readonly id: string; readonly answered: Promise<Escalation> }> {
  const { escalations } = memory.as({ id: 'ann', role: 'sales' })
  const { id } = await escalations.open({ task: 'deal/9', reason: 'I do not know.', question, assignedTo: 'support' })
  return { id, answered: escalations.answered(id) }
}

describe('skein inbox', () => {
  it('lists what waits for people, with its age', async () => {
    const { stdout } = await look('inbox', '--task', 'deal/7')
    expect(stdout.split('\n')[0]).toMatch(/^ID +AGE +STATE +TASK +FROM +QUESTION$/)
    expect(stdout.split('\n')[1]).toMatch(
      new RegExp(String.raw`^${at.publicQuestion} +\d+ (?:s|min) +open +deal/7 +ann +Grant 20 %\?$`),
    )
    const told = await look('inbox', '--assigned-to', 'support', '--state', 'open', '--json')
    expect(JSON.parse(told.stdout)).toMatchObject({ escalations: [{ id: at.publicQuestion, state: 'open' }] })
    expect(await look('inbox', '--state', 'answered')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Nothing that this looker \(public\) may see is answered\./),
    })
  })

  it('shows the whole package of one, and how much of it is not for this clearance', async () => {
    const [{ stdout }, told] = await Promise.all([
      look('inbox', `${at.publicQuestion.slice(0, 6)}…`),
      look('inbox', at.publicQuestion, '--json', ...cleared),
    ])
    for (const part of ['Decisions', 'Observations', 'Facts', 'Objects', 'Timeline']) {
      expect(stdout).toContain(`\n\n${part}\n`)
    }
    expect(stdout).toContain(`32 bytes of text/plain by ann: ${at.publicObject}\n`)
    expect(stdout).toContain('question\n  Grant 20 %?\n')
    expect(stdout).toContain('  Acme raised its prices in autumn\n')
    expect(stdout).toMatch(/\n4 records of this task left out, which this clearance does not cover\.\n$/)
    expect(stdout).not.toContain(secret)
    expect(JSON.parse(told.stdout)).toMatchObject({ escalation: { id: at.publicQuestion }, leftOut: 0 })
    expect(told.stdout).toContain(secret)
  })
})

describe('skein answer', () => {
  it('gives a waiting agent JSON, text, or what standard input says', async () => {
    const asked = await Promise.all(['a', 'b', 'c', 'd'].map(ask))
    const [json, text, forced, typed] = asked as [
      (typeof asked)[0],
      (typeof asked)[0],
      (typeof asked)[0],
      (typeof asked)[0],
    ]
    const { child, ended } = startSkein(['answer', typed.id, '-', '--as', 'eve', '--store', 'x.db'], at.folder)
    child.stdin?.end('{"granted":\n"in part"}\n')
    const said = await Promise.all([
      look('answer', json.id, '{"granted":true}', '--as', 'eve'),
      look('answer', text.id, 'Yes, do.', '--as', 'eve', '--json'),
      look('answer', forced.id, '42', '--as', 'eve', '--text'),
      ended,
    ])
    for (const { code, stderr } of said) expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(said[0]?.stdout).toBe(`Answered ${json.id} (task deal/9).\n`)
    expect(JSON.parse(said[1]?.stdout ?? '')).toMatchObject({ id: text.id, state: 'answered', answer: 'Yes, do.' })
    const answers = await Promise.all(asked.map(async ({ answered }) => (await answered).answer))
    expect(answers).toEqual([{ granted: true }, 'Yes, do.', '42', { granted: 'in part' }])
  })

  it('takes, and hands back', async () => {
    const { id, answered } = await ask('e')
    expect(await look('answer', id, '--take', '--as', 'eve')).toMatchObject({
      code: 0,
      stdout: `Took ${id} (task deal/9).\n`,
    })
    const again = await look('answer', id, '--take', '--as', 'eve')
    expectClearError(again, 1, /was taken by you \d+ s ago\. Give your answer\. Nothing was changed/)
    expectClearError(
      await look('answer', id, 'no', '--as', 'bob'),
      1,
      /was taken by "eve" .*Only who has it can answer/,
    )
    const back = await look('answer', id, '--hand-back', 'Ask finance.', '--as', 'eve')
    expect(back).toMatchObject({ code: 0, stdout: `Handed back ${id} (task deal/9).\n` })
    expect(await answered).toMatchObject({ state: 'handed-back', answer: 'Ask finance.', takenBy: 'eve' })
    expectClearError(await look('answer', id, 'no', '--as', 'bob'), 1, /was handed back by "eve" .*: Ask finance\./)
  })

  it('declines', async () => {
    const { id, answered } = await ask('Grant 30 %?')
    const declined = await look('answer', id, '--decline', 'Ten at most.', '--as', 'eve')
    expect(declined).toMatchObject({ code: 0, stdout: `Declined ${id} (task deal/9).\n` })
    expect(await answered).toMatchObject({ state: 'declined', answer: 'Ten at most.' })
    expectClearError(await look('answer', id, 'no', '--as', 'bob'), 1, /was declined by "eve" .*: Ten at most\./)
    const [shown, listed] = await Promise.all([look('inbox', id), look('inbox', '--state', 'declined')])
    expect(shown.stdout).toContain('declined because\n  Ten at most.\n')
    expect(listed.stdout).toContain(id)
    const two = await look('answer', id, '--decline', 'a', '--hand-back', 'b', '--as', 'eve')
    expectClearError(two, 1, /just one of them/)
  })

  it('of two at once counts one, and the other hears who was faster and with what', async () => {
    const { id, answered } = await ask('f')
    const both = await Promise.all(['eve', 'bob'].map((who) => look('answer', id, `from ${who}`, '--as', who)))
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
    ['nobody', ['answer', 'x', 'yes'], 2, /--as <id>.*not specified/],
    ['no answer', ['answer', 'x', '--as', 'eve'], 1, /An answer is needed/],
    ['two answers', ['answer', 'x', 'yes', '--take', '--as', 'eve'], 1, /just one of them/],
    ['an empty answer', ['answer', 'x', ' ', '--as', 'eve'], 1, /is empty.*--hand-back/],
    ['no such question', ['answer', 'x', 'yes', '--as', 'eve'], 1, /No escalation "x"/],
  ] as const)('%s: is said clearly', async (_, args, code, text) => {
    expectClearError(await look(...args), code, text)
  })

  it('does not reach what the clearance does not cover', async () => {
    expectClearError(await look('answer', at.secretQuestion, 'yes', '--as', 'eve'), 1, /No escalation/)
  })
})

describe('a sealed space', () => {
  const folder = folderForAll()
  const [autumn, winter] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')]
  const sealed = { keys: { autumn }, current: 'autumn', from: 'public' } as const

  it('opens with the keys of the environment, and stays sealed as it is', async () => {
    await using own = await openIn(folder, { encryption: sealed })
    await own.reseal()
    const clearance = { level: 'confidential' } as const
    const { facts, escalations } = own.as({ id: 'ann', role: 'sales', clearance })
    await facts.set('plan', secret, { sensitivity: 'confidential' })
    const { id } = await escalations.open({ task: 't', reason: secret, sensitivity: 'confidential' })
    const who = ['--as', 'eve', '--clearance', 'confidential', '--store', 'x.db']
    const env = { SKEIN_KEYS: `autumn=${autumn},winter=${winter}`, SKEIN_CURRENT_KEY: 'winter' }
    const shown = await skein(['get', 'facts', 'plan', ...who], folder, env)
    expect(shown).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining(`value\n  ${secret}\n`) })
    expect(await skein(['answer', id, `${secret}!`, ...who], folder, env)).toMatchObject({ code: 0, stderr: '' })
    expect(await escalations.get(id)).toMatchObject({ answer: `${secret}!` })
    await own.close()
    expect(await skein(['doctor', 'x.db'], folder, env)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/sealed {3}\d+ records and 0 objects with autumn\n/),
    })
    expect(readFileSync(join(folder, 'x.db')).includes(secret)).toBe(false)
  })

  it('without its keys says which is missing', async () => {
    const who = ['--clearance', 'confidential', '--store', 'x.db']
    const { code, stdout, stderr } = await skein(['get', 'facts', 'plan', ...who], folder)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^skein: This is sealed with the key "autumn", which is not given.*\n.*SKEIN_KEYS/m)
    expect(stderr).toMatch(/^skein: The audit may not know of this look\. This is sealed with the key "autumn"/m)
  })
})

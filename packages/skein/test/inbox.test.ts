import { describe, expect, it } from 'vitest'

import { cleared, secret } from './sample-memory.ts'
import { useSampleMemory } from './use-sample-memory.ts'

const { sample, run } = useSampleMemory()

describe('skein inbox', () => {
  it('lists waiting escalations with their age', async () => {
    const { stdout } = await run('inbox', '--task', 'deal/7')
    expect(stdout.split('\n')[0]).toMatch(/^ID +AGE +STATE +TASK +FROM +QUESTION$/)
    expect(stdout.split('\n')[1]).toMatch(
      new RegExp(String.raw`^${sample.publicQuestion} +\d+ (?:s|min) +open +deal/7 +ann +Grant 20 %\?$`),
    )
    const assigned = await run('inbox', '--assigned-to', 'support', '--state', 'open', '--json')
    expect(JSON.parse(assigned.stdout)).toMatchObject({ escalations: [{ id: sample.publicQuestion, state: 'open' }] })
    expect(await run('inbox', '--state', 'answered')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^No answered escalations that this clearance \(public\) covers\./),
    })
  })

  it('shows the package of one, and how much of it the clearance does not cover', async () => {
    const [{ stdout }, packaged] = await Promise.all([
      run('inbox', `${sample.publicQuestion.slice(0, 6)}…`),
      run('inbox', sample.publicQuestion, '--json', ...cleared),
    ])
    for (const part of ['Decisions', 'Observations', 'Facts', 'Objects', 'Timeline']) {
      expect(stdout).toContain(`\n\n${part}\n`)
    }
    expect(stdout).toContain(`32 bytes of text/plain by ann: ${sample.publicObject}\n`)
    expect(stdout).toContain('question\n  Grant 20 %?\n')
    expect(stdout).toContain('  Acme raised its prices in autumn\n')
    expect(stdout).not.toContain('Left out')
    const administered = await run('inbox', sample.publicQuestion, '--right', 'administer')
    expect(administered.stdout).toMatch(/\nLeft out: 4 records of this task that this clearance does not cover\.\n$/)
    expect(stdout).not.toContain(secret)
    expect(JSON.parse(packaged.stdout)).toMatchObject({ escalation: { id: sample.publicQuestion } })
    expect(packaged.stdout).toContain(secret)
  })
})

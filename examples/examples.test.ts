import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { expect, it } from 'vitest'

const run = (name: string): Promise<{ stdout: string; stderr: string }> =>
  promisify(execFile)(process.execPath, [join(import.meta.dirname, name)], { env: { ...process.env, NO_COLOR: '1' } })

it('the demo shows that sharing saves work and keeps the summary the same', async () => {
  const { stdout, stderr } = await run('demo.ts')
  const [alone = 0, together = 0, warm = -1] = (
    /^model calls +([\d,]+) +([\d,]+) +([\d,]+)$/m.exec(stdout)?.slice(1) ?? []
  ).map((figure) => Number(figure.replaceAll(',', '')))
  expect(alone).toBeGreaterThan(0)
  expect(together * 3).toBeLessThanOrEqual(alone)
  expect(warm).toBe(0)
  expect(stdout).toContain('All three runs came to the same summary')
  expect(stderr).toBe('')
})

it('the sales team reuses work, keeps secrets, reacts to alerts and resumes with the answer', async () => {
  const { stdout, stderr } = await run('sales-team.ts')
  expect(stdout).toContain('ravi   (research) knows the size of acme, which olga had looked up')
  expect(stdout).toContain('sam    (support) asks for the credit of acme and gets: undefined')
  expect(stdout).toContain('Learned: Chains do not read long letters.')
  expect(stdout).toMatch(/sue .*holds bolt: the budget was cut, says fay/)
  expect(stdout).toMatch(/sid .*holds bolt/)
  expect(stdout).toMatch(/sue .*goes on with crux at 15 % off/)
  expect(stdout).toMatch(/sid .*goes on with crux at 15 % off/)
  expect(stdout).toContain('3 companies looked up, 6 times reused: 3000 tokens saved')
  expect(stderr).toBe('')
})

it('a model of the AI SDK answers three agents with one call', async () => {
  const { stdout, stderr } = await run('ai-sdk-model.ts')
  expect(stdout).toContain('ann: Polly wants a cracker. Polly wants a cracker.\n')
  expect(stdout).toContain('cid: Polly wants a cracker. Polly wants a cracker. (known)')
  expect(stdout).toMatch(/^1 call, 2 reused, [1-9]\d* tokens saved$/m)
  expect(stderr).toBe('')
})

it('the first machine decides, asks a person, and continues in another flock with the answer', async () => {
  const { stdout, stderr } = await run('first-machine.ts')
  expect(stdout.split('\n')).toEqual([
    'acme: 5 % granted',
    expect.stringMatching(/^"deal\/2" waits for sales: Grant bolt 20 %\? \(escalation \w+\)$/),
    'bolt: 20 % granted',
    '',
  ])
  expect(stderr).toBe('')
})

it('two MCP clients and an agent share what they find, count together, and keep a secret', async () => {
  const { stdout, stderr } = await run('mcp-clients.ts')
  expect(stdout.split('\n').toSorted()).toEqual([
    '',
    'ann reads version 1 of the secret, bob none: { version: 0 }',
    'bob knows from ann: Acme raised its prices by 5 %.',
    'bob knows from eve: Acme wants a discount.',
    'calls: 6',
  ])
  expect(stderr).toBe('')
})

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { expect, it, onTestFinished } from 'vitest'

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

it('the sales team reuses work, keeps secrets, reacts to alerts, resumes with the answer and forgets on request', async () => {
  const { stdout, stderr } = await run('sales-team.ts')
  expect(stdout).toContain('ravi   (research) knows the size of acme, which olga had looked up')
  expect(stdout).toContain('sam    (support) asks for the credit of acme and gets: undefined')
  expect(stdout).toContain('Learned: Chains do not read long letters.')
  expect(stdout).toMatch(/sue .*holds bolt: the budget was cut, says fay/)
  expect(stdout).toMatch(/sid .*holds bolt/)
  expect(stdout).toMatch(/sue .*goes on with crux at 15 % off/)
  expect(stdout).toMatch(/sid .*goes on with crux at 15 % off/)
  expect(stdout).toContain('3 companies looked up, 6 times reused: 3000 tokens saved')
  expect(stdout).toContain('otto   (privacy) forgets bolt: alerts 1, decisions 1, facts 2, observations 1')
  expect(stdout).toContain('finds 0 entries on bolt, and a record of the erasure by otto: Bolt asked for it.')
  expect(stderr).toBe('')
})

it('two agents sell from one stock in transactions, and never more than there is', async () => {
  const { stdout, stderr } = await run('transactions.ts')
  expect(stdout).toContain('5 sold, 0 left')
  expect(stdout).toContain('Acme has 3, though two agents served it.')
  expect(stderr).toBe('')
})

it('a model of the AI SDK answers three agents with one call', async () => {
  const { stdout, stderr } = await run('ai-sdk-model.ts')
  expect(stdout).toContain('ann: Polly wants a cracker. Polly wants a cracker.\n')
  expect(stdout).toContain('cid: Polly wants a cracker. Polly wants a cracker. (known)')
  expect(stdout).toMatch(/^1 call, 2 reused, [1-9]\d* tokens saved$/m)
  expect(stderr).toBe('')
})

it('agents of the AI SDK share calls, findings and questions with each other and with an agent of Skein', async () => {
  const { stdout, stderr } = await run('ai-sdk-agents.ts')
  expect(stdout).toContain('ann hears: Acme sells anvils. Acme sells anvils. (asked)')
  expect(stdout).toContain('bob hears: Acme sells anvils. Acme sells anvils. (known)')
  expect(stdout).toMatch(/^bob recall: .*"author":"ann","text":"Acme sells anvils\."/m)
  expect(stdout).toContain('cid knows: anvils, and a person is asked: Call Acme?')
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

it('what is written in other words is found by meaning', async () => {
  const { stdout, stderr } = await run('search-by-meaning.ts')
  expect(stdout).toContain('Vectors: 3, still to be made: 0\n')
  expect(stdout).toContain('will they quit, by words: nothing\n')
  expect(stdout).toContain('will they quit, by both: They may terminate the contract in May.\n')
  expect(stdout).toContain('May invoice, by both: The May invoice is paid.\n')
  expect(stderr).toBe('')
})

it('two servers have one cache, whose copies are current', async () => {
  const { stdout, stderr } = await run('keyv-cache.ts')
  expect(stdout.split('\n')).toEqual([
    'The office reads 12.',
    'shop changes it. The office reads 15.',
    'Carts: ann:cart.',
    '1,000 reads were answered by the local copy.',
    '',
  ])
  expect(stderr).toBe('')
})

it('a thread of LangGraph that two runs continue at once loses nothing, and what it learns is shared', async () => {
  const { stdout, stderr } = await run('langgraph-agent.ts')
  expect(stdout).toContain('I like pizza. - Hello, Ann.\n')
  expect(stdout).toContain('The thread has all messages.\n')
  expect(stdout).toContain("value: { text: 'I like pizza.' }")
  expect(stderr).toBe('')
})

it('an agent of the Agents SDK recalls what another has remembered, in one session', async () => {
  const { stdout, stderr } = await run('openai-agents-session.ts')
  expect(stdout).toContain('Sue has recalled what Ravi found.\nThe session has 8 items.\n')
  expect(stderr).toBe('')
})

it('of two conversations with a memory tool neither overwrites the other', async () => {
  const { stdout, stderr } = await run('anthropic-memory.ts')
  expect(stdout).toContain('two insert: Refused: /memories/acme.md was changed by somebody else')
  expect(stdout).toContain('     2\tWants 10 % off.\n     3\tPays late.\n     4\tSince May.\n')
  expect(stdout).toContain('two view: Refused: Path /memories/../../etc/passwd has a name that is not allowed.')
  expect(stdout).toContain('Version 3 by claude: 4 lines\n')
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

it('agents of LangGraph, the AI SDK, MCP and Skein find what all have written, and look things up once', async () => {
  const { stdout, stderr } = await run('one-task.ts')
  expect(stdout.split('\n')).toEqual([
    'lara of LangGraph finds ada sam lara mia',
    'ada of the AI SDK finds ada sam lara mia',
    'mia over MCP finds ada sam lara mia',
    'sam of Skein finds ada sam lara mia',
    '1 look-up, 3 reused: 1500 tokens saved',
    '',
  ])
  expect(stderr).toBe('')
})

it('the first flock summarizes the files that it is given, and computes nothing twice', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'skein-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await writeFile(join(folder, 'a.md'), 'Anvils are heavy. Nobody lifts an anvil twice.')
  const source = join(import.meta.dirname, 'first-flock.ts')
  const start = async (): Promise<string> => {
    const { stdout } = await promisify(execFile)(process.execPath, [source, 'a.md'], { cwd: folder })
    return stdout
  }
  const first = await start()
  expect(first).toContain('Anvils are heavy.')
  expect(await start()).toBe(first)
})

it('the guide shows the first flock as it is, in 15 lines at most', async () => {
  const code = await readFile(join(import.meta.dirname, 'first-flock.ts'), 'utf8')
  const guide = await readFile(join(import.meta.dirname, '../docs/guide/getting-started.md'), 'utf8')
  expect(guide).toContain(`// first-flock.ts\n${code}`)
  expect(code.trimEnd().split('\n').length).toBeLessThanOrEqual(15)
})

const recipes = {
  'chat-with-documents': [
    'A hotel may cost 120 a night. [travel.md]\n',
    'A hotel may cost 120 a night. [travel.md] (known)\n',
    'The documents say nothing about it.\n',
  ],
  'research-flock': ['acme: Acme has 120 employees.\n', '2 pages fetched, 1 reused\n'],
  'customer-support': [
    'ticket/2: We ship to Norway within a week.\n',
    'ticket/3: We ship to Norway within a week.\n',
    'Pia reads: Do you ship to Norway? (1 note, from desk)\n',
  ],
  'code-review': ['b.ts:1 An error is swallowed.\nagain:\n', '9 parts reviewed, 6 reused\n'],
  scraping: ['5 pages, 5 requests: page/ page/a page/b page/c page/d\n'],
}

it('every recipe does what its guide says', async () => {
  // One after the other in one process, since starting takes longer than running them.
  const files = Object.keys(recipes).map((name) => join(import.meta.dirname, `recipes/${name}.ts`))
  const code = `for (const file of ${JSON.stringify(files)}) await import(file)`
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code])
  for (const line of Object.values(recipes).flat()) expect(stdout).toContain(line)
  expect(stderr).toBe('')
})

it('the guide of recipes shows parts of each as it is, and each has 60 lines at most', async () => {
  const guide = await readFile(join(import.meta.dirname, '../docs/guide/recipes.md'), 'utf8')
  const sections = guide.split(/^## /m).filter((section) => section.includes('```ts part'))
  const shown = sections.map((section) => /recipes\/([\w-]+)\.ts\)/.exec(section)?.[1] ?? '')
  expect(shown.toSorted()).toEqual(Object.keys(recipes).toSorted())
  for (const [index, section] of sections.entries()) {
    const code = await readFile(join(import.meta.dirname, `recipes/${shown[index]}.ts`), 'utf8')
    // The guide's formatter takes the indentation away.
    const flat = (text: string): string => text.replaceAll(/\s+/g, ' ')
    for (const [, part = ''] of section.matchAll(/^```ts part\n([^]*?)^```$/gm))
      expect(flat(code)).toContain(flat(part))
    expect(code.trimEnd().split('\n').length).toBeLessThanOrEqual(60)
  }
})

import type Anthropic from '@anthropic-ai/sdk'
import { betaMemoryTool } from '@anthropic-ai/sdk/helpers/beta/memory'
import { memoryHandlers } from '@skein/anthropic-memory'
import type { MemoryHandlersOptions } from '@skein/anthropic-memory'
import { mapStore, openMemory } from '@skein/memory'
import { betaMemoryTool as oldestMemoryTool } from 'anthropic-sdk-oldest/helpers/beta/memory'
import { describe, expect, it, onTestFinished } from 'vitest'

type Command = Anthropic.Beta.BetaMemoryTool20250818Command

const open = async (options: MemoryHandlersOptions = {}) => {
  const memory = await openMemory({ store: mapStore() })
  onTestFinished(() => memory.close())
  const view = memory.as({ id: 'claude', role: 'agent' })
  return { memory, view, handlers: memoryHandlers(view, options), other: memoryHandlers(view, options) }
}
const file = '/memories/notes.md'

describe.each([
  ['newest', betaMemoryTool],
  ['oldest', oldestMemoryTool as typeof betaMemoryTool],
])('the tool of the %s SDK', (_, toolOf) => {
  it('does all six verbs', async () => {
    const { handlers } = await open()
    const tool = toolOf(handlers)
    const run = async (command: Command) => (await tool.run(command)) as string
    expect(tool).toMatchObject({ type: 'memory_20250818', name: 'memory' })
    expect(await run({ command: 'view', path: '/memories' })).toMatch(/\n0B\t\/memories$/)
    await run({ command: 'create', path: file, file_text: 'one\ntwo\nthree' })
    expect(await run({ command: 'view', path: file })).toBe(
      `Here's the content of ${file} with line numbers:\n     1\tone\n     2\ttwo\n     3\tthree`,
    )
    expect(await run({ command: 'view', path: file, view_range: [2, -1] })).toMatch(
      /numbers:\n {5}2\ttwo\n {5}3\tthree$/,
    )
    expect(await run({ command: 'str_replace', path: file, old_str: 'two', new_str: '$& 2' })).toContain('     2\t$& 2')
    await run({ command: 'insert', path: file, insert_line: 0, insert_text: 'zero\n' })
    await run({ command: 'rename', old_path: file, new_path: '/memories/old/notes.md' })
    expect(await run({ command: 'view', path: '/memories/old/notes.md' })).toMatch(
      /1\tzero\n.*2\tone\n.*3\t\$& 2\n.*4\tthree$/,
    )
    expect(await run({ command: 'view', path: '/memories' })).toMatch(
      /\n19B\t\/memories\n19B\t\/memories\/old\/\n19B\t\/memories\/old\/notes.md$/,
    )
    await run({ command: 'delete', path: '/memories/old' })
    await expect(run({ command: 'view', path: '/memories/old' })).rejects.toThrow('does not exist')
  })
})

describe('of two writers', () => {
  it('the one that inserts into an older text is given the present one, and can go on with that', async () => {
    const { handlers, other } = await open()
    await handlers.create({ path: file, file_text: 'a\nb' })
    await other.insert({ path: file, insert_line: 0, insert_text: 'first' })
    const insert = () => handlers.insert({ path: file, insert_line: 1, insert_text: 'between' })
    await expect(insert()).rejects.toMatchObject({ code: 'SKEIN_MEMORY_FILE', path: file, current: 'first\na\nb' })
    await insert()
    expect(await other.view({ path: file })).toContain('1\tfirst\n     2\tbetween\n     3\ta')
  })

  it('both replace what they mean, each in the present text; who means what is gone is given it', async () => {
    const { handlers, other } = await open()
    await handlers.create({ path: file, file_text: 'price 10, owner ann' })
    await other.view({ path: file })
    await other.str_replace({ path: file, old_str: '10', new_str: '12' })
    await handlers.str_replace({ path: file, old_str: 'ann', new_str: 'bob' })
    await expect(handlers.str_replace({ path: file, old_str: '10', new_str: '11' })).rejects.toThrow('appear verbatim')
    await other.str_replace({ path: file, old_str: '12', new_str: '13' })
    await expect(handlers.str_replace({ path: file, old_str: '12', new_str: '11' })).rejects.toMatchObject({
      current: 'price 13, owner bob',
    })
  })

  it('one creates a file; the other is given its text', async () => {
    const { handlers, other } = await open()
    const outcomes = await Promise.allSettled(
      [handlers, other].map((each, at) => each.create({ path: file, file_text: `by ${at}` })),
    )
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    await expect(other.create({ path: file, file_text: 'again' })).rejects.toMatchObject({
      current: expect.stringMatching('by') as string,
    })
  })

  it('neither deletes nor renames what the other has changed since it was seen', async () => {
    const { handlers, other } = await open()
    await handlers.create({ path: file, file_text: 'a' })
    await handlers.create({ path: '/memories/z.md', file_text: 'z' })
    await other.str_replace({ path: '/memories/z.md', old_str: 'z', new_str: 'new' })
    await expect(handlers.delete({ path: '/memories/z.md' })).rejects.toMatchObject({ current: 'new' })
    await other.insert({ path: '/memories/z.md', insert_line: 0, insert_text: 'newer' })
    const rename = () => handlers.rename({ old_path: '/memories/z.md', new_path: '/memories/y.md' })
    await expect(rename()).rejects.toMatchObject({ current: 'newer\nnew' })
    await rename()
    await handlers.delete({ path: '/memories/y.md' })
    await expect(other.view({ path: '/memories/z.md' })).rejects.toThrow('does not exist')
  })

  it('of many edits at the same time none is lost', async () => {
    const { view } = await open()
    const words = Array.from({ length: 20 }, (_, n) => `word${n}.`)
    await memoryHandlers(view).create({ path: file, file_text: words.join('\n') })
    const edit = async (word: string): Promise<string> => {
      const own = memoryHandlers(view)
      for (;;) {
        const done = await own
          .str_replace({ path: file, old_str: word, new_str: word.toUpperCase() })
          .catch(() => undefined)
        if (done !== undefined) return done
      }
    }
    await Promise.all(words.map(edit))
    expect(await view.facts.get('memories/notes.md')).toBe(words.join('\n').toUpperCase())
  })
})

it.each([
  '/etc/passwd',
  'memories/a',
  '/memoriesx/a',
  '/memories/../etc/passwd',
  '/memories/a/../../b',
  '/memories/./a',
  '/memories//a',
  '/memories/a\\..\\b',
  '/memories/%2e%2e/a',
  '/memories/%252e%252e%252fa',
  '/memories/ .. /a',
  '/memories/a\0b',
  '/memories/a\nb',
  '/memories/\u{202E}a',
  '/memories/\u{D800}',
  `/memories/${'a'.repeat(500)}`,
  `/memories${'/a'.repeat(17)}`,
  7,
  undefined,
])('refuses the path %j with every verb, and stores nothing', async (wrong) => {
  const { view, handlers } = await open()
  const path = wrong as string
  const calls = [
    () => handlers.view({ path }),
    () => handlers.create({ path, file_text: 'a' }),
    () => handlers.str_replace({ path, old_str: 'a', new_str: 'b' }),
    () => handlers.insert({ path, insert_line: 0, insert_text: 'a' }),
    () => handlers.delete({ path }),
    () => handlers.rename({ old_path: path, new_path: file }),
  ]
  for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'SKEIN_MEMORY_FILE' })
  await handlers.create({ path: file, file_text: 'a' })
  await expect(handlers.rename({ old_path: file, new_path: path })).rejects.toMatchObject({ code: 'SKEIN_MEMORY_FILE' })
  expect((await view.records.list({ collection: 'facts' })).items).toHaveLength(1)
})

it('takes names with spaces, signs and letters of any script, composed or not', async () => {
  const { handlers } = await open()
  await handlers.create({ path: '/memories/100 % Ärger/日本.md', file_text: 'a' })
  expect(await handlers.view({ path: '/memories/100 % A\u{308}rger/日本.md' })).toContain('\ta')
})

it('limits sizes and numbers, also of what edits make', async () => {
  const { handlers } = await open({ maxFileBytes: 10, maxFiles: 2 })
  await expect(handlers.create({ path: file, file_text: 'ä'.repeat(6) })).rejects.toThrow('12 bytes, more than 10')
  await handlers.create({ path: file, file_text: 'ä'.repeat(5) })
  await expect(handlers.insert({ path: file, insert_line: 0, insert_text: 'a' })).rejects.toThrow('more than 10')
  await expect(handlers.str_replace({ path: file, old_str: 'äää', new_str: 'b'.repeat(9) })).rejects.toThrow('Multiple')
  await expect(handlers.str_replace({ path: file, old_str: 'ä'.repeat(5), new_str: 'b'.repeat(11) })).rejects.toThrow(
    '11 bytes',
  )
  await handlers.create({ path: '/memories/b', file_text: '' })
  await expect(handlers.create({ path: '/memories/c', file_text: '' })).rejects.toThrow('There are 2 files')
  await handlers.rename({ old_path: '/memories/b', new_path: '/memories/c' })
})

it('a file is no folder, and a folder no file', async () => {
  const { handlers } = await open()
  await handlers.create({ path: '/memories/a', file_text: '' })
  await expect(handlers.create({ path: '/memories/a/b', file_text: '' })).rejects.toThrow('is a file')
  await handlers.create({ path: '/memories/d/e', file_text: '' })
  await expect(handlers.create({ path: '/memories/d', file_text: '' })).rejects.toThrow('is a directory')
  await expect(handlers.insert({ path: '/memories/d', insert_line: 0, insert_text: '' })).rejects.toThrow('not a file')
  await expect(handlers.rename({ old_path: '/memories/d', new_path: '/memories/d/f' })).rejects.toThrow('within')
  await expect(handlers.rename({ old_path: '/memories/d', new_path: '/memories/a' })).rejects.toThrow('already exists')
  await handlers.rename({ old_path: '/memories/d', new_path: '/memories/f' })
  expect(await handlers.view({ path: '/memories' })).toMatch(/\/memories\/a\n.*\/memories\/f\/\n.*\/memories\/f\/e$/)
})

it.each([
  ['view', { path: file, view_range: [0, 1] }],
  ['view', { path: file, view_range: [2, 1] }],
  ['view', { path: file, view_range: [1] }],
  ['create', { path: '/memories/b' }],
  ['create', { path: '/memories/b', file_text: '\u{D800}' }],
  ['str_replace', { path: file, old_str: '' }],
  ['str_replace', { path: file, old_str: 7, new_str: '' }],
  ['insert', { path: file, insert_line: 2, insert_text: 'b' }],
  ['insert', { path: file, insert_line: 0.5, insert_text: 'b' }],
  ['insert', { path: file, insert_line: 0 }],
  ['delete', { path: '/memories' }],
  ['rename', { old_path: '/memories', new_path: '/memories/b' }],
  ['rename', { old_path: '/memories/absent', new_path: '/memories/b' }],
] as const)('%s refuses %j, and changes nothing', async (verb, command) => {
  const { view, handlers } = await open()
  await handlers.create({ path: file, file_text: 'a' })
  const call = handlers[verb].bind(handlers) as (command: unknown) => Promise<string>
  await expect(call(command)).rejects.toMatchObject({ code: 'SKEIN_MEMORY_FILE' })
  expect((await view.records.list({ collection: 'facts' })).items).toMatchObject([{ value: 'a', version: 1 }])
})

it.each([{ sensitivity: 'confidential' }, {}] as const)(
  'files above the clearance are absent, and not overwritten: %o',
  async (label) => {
    const { memory, handlers } = await open()
    const boss = memory.as({ id: 'boss', role: 'head', clearance: { level: 'confidential' } })
    const secret = memoryHandlers(boss, label)
    await secret.create({ path: file, file_text: 'secret' })
    expect(await handlers.view({ path: '/memories' })).not.toContain('notes')
    await expect(handlers.view({ path: file })).rejects.toThrow('does not exist')
    await expect(handlers.create({ path: file, file_text: 'mine' })).rejects.not.toThrow('secret')
    expect(await secret.view({ path: file })).toContain('secret')
  },
)

it.each([
  [{ prefix: 'a/b' }, 'prefix'],
  [{ maxFileBytes: 0 }, 'maxFileBytes'],
  [{ maxFiles: 1.5 }, 'maxFiles'],
  [{ sensitivity: 'secret' }, 'sensitivity'],
  [{ root: 'a' }, 'root'],
])('refuses the options %o', async (options, option) => {
  const { view } = await open()
  expect(() => memoryHandlers(view, options as MemoryHandlersOptions)).toThrow(
    expect.objectContaining({ option }) as Error,
  )
})

import { createFlock } from '@skein/core'
import { estimateTokens, loadTokenizer } from '@skein/core/executor'
import { openaiModel } from '@skein/openai'
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import { describe, expect, it } from 'vitest'

import { deskOf, openStore, startServer } from './open-shared.ts'

const tokenizer = import.meta.resolve('gpt-tokenizer/encoding/o200k_base')
const text = 'Wild geese flew south over the lake, and the cows stayed at home. '.repeat(20)

describe('a tokenizer', () => {
  it('counts what a budget reserves', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const request = { messages: [{ role: 'user', text }], maxOutputTokens: 1 } as const
    const needed = countTokens(text) + 1
    const refused = deskOf(memory, server, {}, { tokenizer, budget: { id: 'small', tokens: needed - 1 } })
    await expect(refused.model.chat(request)).rejects.toMatchObject({ code: 'SKEIN_BUDGET' })
    expect(server.reached).toHaveLength(0)
    const enough = deskOf(memory, server, {}, { tokenizer, budget: { id: 'enough', tokens: needed } })
    // What the server counts is something else.
    await enough.model.chat(request).catch(() => {})
    expect(server.reached).toHaveLength(1)
  })

  it('divides passages', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const passages = ['a', 'b', 'c', 'd'].map((id) => ({ id, text: `Geese flew south over lake ${id}.` }))
    const most = countTokens(passages[0]?.text ?? '') * 2
    const { model } = deskOf(memory, server, {}, { tokenizer, maxPassageTokens: most })
    await model.cite({ messages: [], passages, maxSentences: 4 })
    const read = server.reached.map(({ body }) => body.messages.at(-1)?.content?.match(/"id":/g)?.length)
    expect(read.slice(0, 2)).toEqual([2, 2])
  })

  it('counts in worker threads, too', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const said = 'Semua orang dilahirkan merdeka dan mempunyai martabat dan hak-hak yang sama. '.repeat(9)
    expect(estimateTokens(said)).toBeLessThan(countTokens(said))
    const budget = { id: 'threads', tokens: 1_000 + countTokens(said) - 1 }
    const model = openaiModel({ model: 'gpt-test', baseURL: server.url, tokenizer, budget })
    await using flock = await createFlock({ memory, model, threads: 1 })
    const url = new URL('./fixtures/asking.ts', import.meta.url)
    const { ask } = flock.activities<typeof import('./fixtures/asking.ts')>(url)
    await expect(ask(said)).rejects.toMatchObject({ code: 'SKEIN_BUDGET' })
    expect(server.reached).toHaveLength(0)
  })

  it('that refuses a text is replaced by an estimate', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const special = '<|im_start|>'
    expect(() => countTokens(special)).toThrow('special token')
    const { model } = deskOf(memory, server, {}, { tokenizer, budget: { id: 'any', tokens: 10_000 } })
    const { text: said } = await model.chat({ messages: [{ role: 'user', text: special }] })
    expect(said).toContain(special)
  })

  it.each([
    '',
    'gpt-tokenizer',
    'https://example.com/x.js',
    import.meta.url.replace('.ts', '.js'),
    import.meta.resolve('zod'),
  ])('can not be %j', (module) => {
    expect(() => loadTokenizer(module)).toThrow(expect.objectContaining({ option: 'tokenizer' }))
    expect(() => openaiModel({ model: 'gpt-test', baseURL: 'http://127.0.0.1:1/v1', tokenizer: module })).toThrow(
      'tokenizer',
    )
  })
})

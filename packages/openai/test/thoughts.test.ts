import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { ThoughtFilter } from '../src/answers/thought-filter.ts'
import { MisbehavingServer } from './conformance/misbehaving-server.ts'
import { answer } from './conformance/served.ts'
import { openaiModel } from '@skein/openai'

function filtered(pieces: readonly string[]): { text: string; thoughts: string } {
  const filter = new ThoughtFilter()
  const shown = pieces.map((piece) => filter.add(piece))
  return { text: shown.join('') + filter.end(), thoughts: filter.thoughts }
}

describe('thoughts', () => {
  it.each([
    ['<think>\nHm.\n</think>\n\nYes.', 'Yes.', 'Hm.'],
    ['\n<think>Hm.</think>Yes.', 'Yes.', 'Hm.'],
    ['<think></think>Yes.', 'Yes.', ''],
    ['<thought>Hm.</thought>Yes.', 'Yes.', 'Hm.'],
    ['[THINK]Hm.[/THINK]Yes.', 'Yes.', 'Hm.'],
    ['<think>Hm. </thin', '', 'Hm. </thin'],
    ['<think>Hm.', '', 'Hm.'],
    ['The tag <think>is</think> text.', 'The tag <think>is</think> text.', ''],
    ['<thi', '<thi', ''],
    ['<thinker>', '<thinker>', ''],
    ['  Yes.', '  Yes.', ''],
    ['', '', ''],
  ])('%j are parted from the answer, however the pieces are cut', (whole, text, thoughts) => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: whole.length })), (cuts) => {
        const places = [0, ...cuts.toSorted((a, b) => a - b), whole.length]
        const pieces = places.slice(1).map((end, index) => whole.slice(places[index], end))
        expect(filtered(pieces)).toEqual({ text, thoughts })
      }),
    )
  })

  it.each([
    ['in a field', { message: (content: string) => ({ content, reasoning_content: 'Hm.' }) }],
    ['as tags in the text', { text: (text: string) => `<think>Hm.Hm.</think>${text}` }],
    ['with an end alone', { text: (text: string) => `Hm.Hm.\n</think>\n\n${text}` }],
  ])('%s stand beside the answer, and are shown to nobody', async (_, twist) => {
    await using server = await MisbehavingServer.start()
    const model = openaiModel({ model: 'm', baseURL: server.serve('thoughts', (asked) => answer(asked, twist)) })
    const request = { messages: [{ role: 'user', text: 'Hello.' }] } as const
    const whole = await model.chat(request)
    expect(whole).toMatchObject({ text: 'You said: Hello.', reasoning: expect.stringContaining('Hm.') })
    const pieces: string[] = []
    const streamed = await model.chat(request, { onText: (piece) => pieces.push(piece) })
    expect(streamed).toMatchObject({ text: 'You said: Hello.', reasoning: 'Hm.Hm.' })
  })
})

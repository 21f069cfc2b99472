import { expect, it } from 'vitest'

import { LiveParts } from '../src/sharing/live-parts.ts'

const delta = (text: string) => ({ type: 'text-delta', id: '0', delta: text }) as const

it('an attempt that shows parts and loses its lease can not be joined to the next: the stream says that it broke off', async () => {
  const live = new LiveParts(() => {})
  const [first, second] = [live.attempt(), live.attempt()]
  first(delta('One'))
  second(delta('Two'))
  live.end([delta('Two')], true, 'acme/m')
  expect(await Array.fromAsync(live.stream)).toEqual([
    delta('One'),
    { type: 'error', error: expect.objectContaining({ code: 'SKEIN_MODEL_CUT' }) as unknown },
  ])
})

it('an answer from elsewhere, after parts of an own attempt, is no end of it either', async () => {
  const live = new LiveParts(() => {})
  live.attempt()(delta('One'))
  live.end([delta('Other')], false, 'acme/m')
  expect((await Array.fromAsync(live.stream)).map(({ type }) => type)).toEqual(['text-delta', 'error'])
})

it('an attempt that showed nothing leaves the stream to the next', async () => {
  const live = new LiveParts(() => {})
  live.attempt()
  live.attempt()(delta('Two'))
  live.end([delta('end')], true, 'acme/m')
  expect(await Array.fromAsync(live.stream)).toEqual([delta('Two'), delta('end')])
})

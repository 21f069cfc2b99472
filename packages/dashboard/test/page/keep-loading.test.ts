import { expect, it } from 'vitest'

import { keepLoading } from '../../page/server/keep-loading.ts'

it('asks again after an answer and after a problem, one question at a time', async () => {
  const told: string[] = []
  let asked = 0
  let open = 0
  await new Promise<void>((resolve) => {
    const end = keepLoading<string>({
      ask: async () => {
        open += 1
        asked += 1
        await Promise.resolve()
        if (open !== 1) told.push('two at once')
        open -= 1
        if (asked === 2) throw new Error('The server is away.')
        return asked === 3 ? undefined : `answer ${asked}`
      },
      onAnswer: (answer) => {
        told.push(answer)
        if (asked < 4) return
        end()
        resolve()
      },
      onProblem: (problem) => told.push(problem),
      pauseMs: () => 0,
    })
  })
  expect(told).toEqual(['answer 1', 'The server is away.', 'answer 4'])
})

it('drops what comes when the view shows something else', async () => {
  for (const isAnswer of [true, false]) {
    const told: string[] = []
    const answer = Promise.withResolvers<string>()
    let asked = 0
    const end = keepLoading<string>({
      ask: () => {
        asked += 1
        return answer.promise
      },
      onAnswer: (text) => told.push(text),
      onProblem: (text) => told.push(text),
      pauseMs: () => 0,
    })
    end()
    if (isAnswer) answer.resolve('old')
    else answer.reject(new Error('old'))
    await new Promise(setImmediate)
    expect([told, asked]).toEqual([[], 1])
  }
})

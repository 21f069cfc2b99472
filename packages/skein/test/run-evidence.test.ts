import { describe, expect, it, onTestFinished } from 'vitest'

import { OpenAIServer } from '../../openai/test/openai-server.ts'
import type { Fault } from '../../openai/test/openai-server.ts'
import { skein } from './run-skein.ts'
import type { Ended } from './run-skein.ts'
import { folderWith } from './sample-files.ts'

const lakes = 'The geese flew south early over the lake. The geese flew north again over the lake in spring.'
const bridges = 'The bridges of the old town were closed all year for repairs.'

/** An answer whose sentences rest on these quotes. */
const quoting = (...quotes: readonly string[]): Fault => ({
  kind: 'text',
  text: JSON.stringify({
    sentences: quotes.map((quote, n) => ({ text: `Sentence ${n}.`, quotes: quote ? [{ passage: '1', quote }] : [] })),
  }),
})

async function run(
  files: Readonly<Record<string, string>>,
  faults: readonly Fault[],
  ...more: string[]
): Promise<Ended> {
  const server = await OpenAIServer.start()
  onTestFinished(() => server[Symbol.asyncDispose]())
  server.fail(...faults)
  const model = ['--model', 'openai:m', '--base-url', server.url, '--store', 'memory:']
  return skein(['run', ...Object.keys(files), ...model, ...more], folderWith(files))
}

describe('skein run', () => {
  const answer = quoting('flew south early', 'the', 'over the lake', 'flew over', 'flew home', '')
  const expected = { little: 2, absent: 2, malformed: 1 }

  it('leaves out sentences without evidence, and tells how many and why', async () => {
    const ended = await run({ 'lakes.txt': lakes }, [answer, answer])
    expect(ended.code).toBe(0)
    expect(ended.stdout).toContain('Sentence 0.')
    expect(ended.stdout).not.toMatch(/Sentence [1-5]/)
    expect(ended.stdout).toContain(
      '5 sentences without evidence left out (2 with too short a quote, 2 with a quote that its source does not contain, 1 without a quote)',
    )
  })

  it('tells it in --json, too', async () => {
    const ended = await run({ 'lakes.txt': lakes }, [answer, answer], '--json')
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(ended.stdout)).toMatchObject({ stats: { droppedSentences: 5, droppedFor: expected } })
  })

  it('leaves out a short quote that stands in several places', async () => {
    const twice = quoting('geese flew', 'flew north again')
    const { stdout } = await run({ 'lakes.txt': lakes }, [twice, twice], '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      summary: [{ text: 'Sentence 1.' }],
      stats: { droppedFor: { repeated: 1 } },
    })
  })

  it('goes on where one file leads the model astray', async () => {
    const astray = quoting('say PWNED to everybody')
    // Whichever file comes first: one is misquoted twice, the other is corrected.
    const { code, stdout } = await run({ 'a.txt': lakes, 'b.txt': bridges }, [astray, astray, astray], '--json')
    expect(code).toBe(0)
    const { summary, stats } = JSON.parse(stdout) as { summary: object[]; stats: object }
    expect(summary.length).toBeGreaterThan(0)
    expect(stats).toMatchObject({ droppedSentences: 1, droppedFor: { absent: 1 } })
  })

  it('fails with a clear error where no sentence is left', async () => {
    const astray = quoting('say PWNED to everybody')
    const ended = await run({ 'a.txt': lakes }, [astray, astray], '--json')
    expect(ended).toMatchObject({ code: 1, stdout: '' })
    expect(ended.stderr).toContain('Try another model')
  })
})

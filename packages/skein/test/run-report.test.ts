import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { createFlock } from '@skein/core'
import type { FlockEvent } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import type { Store, StoreDriver } from '@skein/memory/store'
import type { Cost } from '@skein/memory/types'
import { describe, expect, it } from 'vitest'

import { runReport, splitSections } from '../src/index.ts'
import type { Report, ReportOptions } from '../src/index.ts'
import type { Part } from '../src/report/note.ts'
import { reportFile, reportText, temporaryFolder } from './sample-files.ts'

const questions = ['What was done about energy?', 'What is said about the hostages in Iran?']

function run(options: Partial<ReportOptions> = {}): Promise<Report> {
  return runReport({ files: [reportFile], store: mapStore(), threads: 2, ...options })
}

const tokens = ({ inputTokens, outputTokens }: Cost): number => inputTokens + outputTokens

function sectionOn(one: string, other: string): string {
  const sentence = `The ${one} of this valley grows slowly beside the ${other}, which needs more water in summer.`
  return `## The ${one} and the ${other}\n\n${`${sentence} `.repeat(20)}`
}

describe('runReport', () => {
  it('cites the exact characters of the source of each sentence', async () => {
    const whole = await run()
    const answers = await run({ questions })
    expect(whole.summary.length).toBeGreaterThanOrEqual(8)
    expect(new Set(answers.summary.map(({ question }) => question))).toEqual(new Set(questions))
    for (const { text, citations } of [...whole.summary, ...answers.summary]) {
      expect(citations.length).toBeGreaterThan(0)
      for (const { source, start, end } of citations) {
        expect(source).toBe(reportFile)
        expect(reportText.slice(start, end)).toBe(text)
      }
    }
  })

  it('answers the questions', async () => {
    const { summary } = await run({ questions })
    expect(summary.filter(({ question }) => question === questions[0]).every(({ text }) => /energy/i.test(text))).toBe(
      true,
    )
    expect(
      summary.filter(({ question }) => question === questions[1]).every(({ text }) => /Iran|hostage/.test(text)),
    ).toBe(true)
  })

  it('gives the same summary with 1, 2 and 4 threads, on either architecture and store', async () => {
    const folder = temporaryFolder()
    const expected = JSON.stringify((await run({ questions })).summary)
    for (const architecture of ['hybrid', 'centralized'] as const) {
      for (const threads of [1, 2, 4]) {
        const store = sqliteStore(join(folder, `${architecture}-${threads}.db`))
        const { summary, stats } = await run({ questions, architecture, threads, store })
        expect(JSON.stringify(summary)).toBe(expected)
        expect(stats.partsRead).toBe(stats.parts)
      }
    }
  })

  it('makes at most a third of the model calls when analysts share, and none when the memory has all results', async () => {
    const eight = Array.from({ length: 8 }, (_, index) => `${questions[index % 2]} Point ${index}.`)
    const folder = temporaryFolder()
    const alone = await run({ questions: eight, isolated: true, store: sqliteStore(join(folder, 'alone.db')) })
    const store = sqliteStore(join(folder, 'together.db'))
    const together = await run({ questions: eight, store })
    const warm = await run({ questions: eight, store })
    expect(together.summary).toEqual(alone.summary)
    expect(warm.summary).toEqual(alone.summary)
    expect(together.stats.used.calls * 3).toBeLessThanOrEqual(alone.stats.used.calls)
    expect(together.stats.used.calls + together.stats.saved.calls).toBe(alone.stats.used.calls)
    expect(tokens(together.stats.used) + tokens(together.stats.saved)).toBe(tokens(alone.stats.used))
    expect(together.stats.bytesCopied).toBe(0)
    expect(alone.stats.bytesCopied).toBeGreaterThan(reportText.length)
    expect(warm.stats).toMatchObject({
      used: { calls: 0, inputTokens: 0, outputTokens: 0 },
      partsRead: 0,
      saved: { calls: alone.stats.used.calls },
    })
  })

  it('reads only changed sections again', async () => {
    const folder = temporaryFolder()
    const file = join(folder, 'notes.md')
    const section = (name: string): string =>
      `# ${name}\n\nThe ${name} team has finished its work on the harbour this year. It will go on next year with the bridges.\n\n`
    writeFileSync(file, ['North', 'South', 'East'].map(section).join(''))
    const store = mapStore()
    const first = await run({ files: [file], store })
    writeFileSync(file, ['North', 'South', 'West'].map(section).join(''))
    const second = await run({ files: [file], store })
    expect(first.stats.partsRead).toBe(3)
    expect(second.summary.some(({ text }) => text.includes('West'))).toBe(true)
    const text = readFileSync(file, 'utf8')
    for (const { text: sentence, citations } of second.summary) {
      for (const { start, end } of citations) expect(text.slice(start, end)).toBe(sentence)
    }
  })

  it('logs its notes for everyone to find, with their sources', async () => {
    const store = mapStore()
    await run({ store })
    await using memory = await openMemory({ store })
    const view = memory.as({ id: 'me', role: 'person' })
    const [hit] = await view.observations.search('hostages in Iran')
    expect(hit?.snippet).toMatch(/hostage|Iran/)
    const note = { id: hit?.item.derivedFrom.find((id) => id !== (hit.item.value as { part: string }).part) ?? '' }
    const sources = await view.objects.lineage(note, { direction: 'sources' })
    expect(sources.map(({ ref }) => ref.size)).toContain(reportText.length)
  })

  it('derives each note from the parts that it is about, and from no others', async () => {
    const store = mapStore()
    const { stats } = await run({ store })
    await using memory = await openMemory({ store })
    const view = memory.as({ id: 'me', role: 'person' })
    const { items } = await view.observations.list<{ parts: string[] }>({ tags: ['note'], limit: 500 })
    expect(items.length).toBe(stats.parts)
    for (const { derivedFrom, value } of items) {
      const note = derivedFrom.find((id) => !value.parts.includes(id)) ?? ''
      const sources = await view.objects.lineage({ id: note }, { direction: 'sources' })
      const near = sources.filter(({ distance }) => distance === 1).map(({ ref }) => ref.id)
      expect([note, near]).toEqual([note, value.parts])
    }
  })

  it('leaves each note once, however often it is stopped', async () => {
    const store = sqliteStore(join(temporaryFolder(), 'flock.db'))
    for (const steps of [2, 6, 12]) {
      const stop = new AbortController()
      let done = 0
      const onProgress = (): void => {
        done += 1
        if (done === steps) stop.abort()
      }
      await expect(run({ store, signal: stop.signal, onProgress })).rejects.toThrow('aborted')
    }
    const { stats } = await run({ store })
    await using memory = await openMemory({ store })
    const view = memory.as({ id: 'me', role: 'person' })
    const { items } = await view.observations.list({ tags: ['note'], limit: 500 })
    expect(items.length).toBe(stats.parts)
  })

  it('logs each note once, whatever it is taken together with', async () => {
    await using memory = await openMemory({ store: mapStore() })
    await using flock = await createFlock({ memory, threads: 1 })
    const { read, note } = flock.activities<typeof import('../src/report/report-activities.ts')>(
      new URL('../src/report/report-activities.ts', import.meta.url),
    )
    const view = memory.as({ id: 'me', role: 'person' })
    const digest = createHash('sha256').update(readFileSync(reportFile)).digest('hex')
    const sections = splitSections(reportText)
    const { parts } = await view.objects.get(await read({ path: reportFile, source: 'report.txt', digest, sections }))
    const [first, second, third] = parts.slice(0, 3).map((part) => [part]) as [Part[], Part[], Part[]]
    // Each is other work than the one before, as after a stop, or after a change of the file.
    for (const groups of [[first], [first, second], [first, second, third], [third, first]]) await note(groups)
    const { items } = await view.observations.list({ tags: ['note'] })
    expect(items).toHaveLength(3)
  })

  it('stores the parts that were planned, all in one write', async () => {
    const store = mapStore()
    const writes: number[] = []
    const open: StoreDriver['open'] = async (space, role) => {
      const opened = await store.open(space, role)
      const write: Store['write'] = (batch) => {
        writes.push(batch.filter((one) => one.type === 'set' && one.meta.tags.includes('part')).length)
        return Reflect.apply(writeTo, opened, [batch])
      }
      const { write: writeTo } = opened
      return Object.assign(opened, { write })
    }
    await using memory = await openMemory({ store: { ...store, open } })
    await using flock = await createFlock({ memory, threads: 1 })
    const { read } = flock.activities<typeof import('../src/report/report-activities.ts')>(
      new URL('../src/report/report-activities.ts', import.meta.url),
    )
    const view = memory.as({ id: 'me', role: 'person' })
    const digest = createHash('sha256').update(readFileSync(reportFile)).digest('hex')
    const sections = Array.from({ length: 20 }, (_, index) => {
      return { topic: 'Ten', title: `Piece ${index}`, start: index * 10, end: index * 10 + 10 }
    })
    const { parts } = await view.objects.get(await read({ path: reportFile, source: 'report.txt', digest, sections }))
    expect(parts.map(({ topic, title, start, end }) => ({ topic, title, start, end }))).toEqual(sections)
    expect(await view.objects.get(parts[7]!.text)).toBe(reportText.slice(70, 80))
    expect(writes.filter((count) => count > 0)).toEqual([20])
  })

  it('merges many notes in one activity, as many small steps would', async () => {
    const names = 'alder birch cedar dogwood elm fir ginkgo hazel ironwood juniper'.split(' ')
    const text = names.flatMap((one) => names.map((other) => sectionOn(one, other))).join('\n\n')
    const file = join(temporaryFolder(), 'trees.md')
    writeFileSync(file, `# Trees\n\n${text}`)
    const started: string[] = []
    const onEvent = (event: FlockEvent): void => {
      if (event.type === 'activity.started') started.push(event.activity)
    }
    const { stats } = await run({ files: [file], onEvent })
    expect(stats.parts).toBeGreaterThan(64)
    // One for each 64 notes of the topic, and one for both; steps of eight would take more than ten.
    expect(started.filter((name) => name === 'merge').length).toBeLessThanOrEqual(3)
  })

  it('reads several files, with any characters', async () => {
    const folder = temporaryFolder()
    const odd =
      '\uFEFFDie Gänse flogen früh nach Süden über den ganzen See. Ihr Zug — 🪿🪿 — war im Herbst länger als in allen Jahren davor.\r\n'
    writeFileSync(join(folder, 'a.txt'), odd)
    writeFileSync(
      join(folder, 'b.txt'),
      'The geese flew south early over the whole lake. Their flock was longer this autumn than in all the years before.\n',
    )
    const files = [join(folder, 'a.txt'), join(folder, 'b.txt')]
    const { summary } = await run({ files })
    expect(new Set(summary.flatMap(({ citations }) => citations.map(({ source }) => source)))).toEqual(new Set(files))
    for (const { text, citations } of summary) {
      for (const { source, start, end } of citations) expect(readFileSync(source, 'utf8').slice(start, end)).toBe(text)
    }
  })

  it('counts a file once that is given twice, or under two names', async () => {
    const folder = temporaryFolder()
    const [first, other, second] = ['first.md', 'other.md', 'second.md'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ]
    const text =
      '# Geese\n\nThe geese flew south early over the whole wide lake.\n\n# Bridges\n\nThe bridges were closed.\n'
    for (const path of [first, second]) writeFileSync(path, text)
    writeFileSync(other, 'The harbour was busier this year than in all the years before.\n')
    const once = await run({ files: [first, other] })
    const twice = await run({ files: [first, other, second, first] })
    expect(twice.stats.parts).toBe(3)
    expect(twice.summary).toEqual(once.summary)
  })

  it('divides the threads among the crews', async () => {
    const file = join(temporaryFolder(), 'a.txt')
    writeFileSync(file, 'The geese flew south early over the whole wide lake.\n')
    const threadsOf = async (some: readonly string[]): Promise<number> =>
      (await run({ files: [file], questions: some, isolated: true, threads: 2 })).stats.threads
    expect(await threadsOf([])).toBe(2)
    expect(await threadsOf(['Who flew?', 'Who flew?'])).toBe(2)
    expect(await threadsOf(['Who flew?', 'Where to?'])).toBe(2)
  })

  it('stops when the signal has aborted before it starts', async () => {
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(run({ signal })).rejects.toThrow('enough')
  })

  it('stops when the signal aborts between the plan and the work', async () => {
    const stop = new AbortController()
    const onOpen = (): void => stop.abort(new Error('enough'))
    await expect(run({ signal: stop.signal, onOpen })).rejects.toThrow('enough')
  })

  it('stops when the signal aborts', async () => {
    const stop = new AbortController()
    const running = run({ signal: stop.signal, onProgress: () => stop.abort(new Error('enough')) })
    await expect(running).rejects.toThrow('enough')
  })
})

import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'

import { openMemory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'

import { temporaryPath } from '../../sqlite/test/temporary.ts'
import { startChild } from './fixtures/durable-child.ts'
import type { Child } from './fixtures/durable-child.ts'

const fixture = new URL('./fixtures/durable-release-process.ts', import.meta.url)
interface Running extends Child {
  /** Resolves to the rest of the next line that begins with one of these words, the word included. */
  hear(...words: readonly string[]): Promise<string>
}

/** A process of a release. */
function start(path: string, release: 'first' | 'next', how: 'start' | 'resume' | 'wait' = 'resume'): Running {
  const heard: string[] = []
  const waiting = new Set<() => void>()
  const child = startChild(fixture, [path, release, how], (words) => {
    heard.push(words.join(' '))
    for (const wake of waiting) wake()
  })
  const next = (words: readonly string[]): string | undefined => {
    const index = heard.findIndex((line) => words.includes(line.split(' ')[0] ?? ''))
    return index === -1 ? undefined : heard.splice(index, 1)[0]
  }
  const hear = async (...words: readonly string[]): Promise<string> => {
    for (;;) {
      const line = next(words)
      if (line !== undefined) return line
      await Promise.race([
        new Promise<void>((resolve) => waiting.add(resolve)),
        child.ended.then(({ by, stderr }) => {
          if (next(words) === undefined)
            throw new Error(`It ended by ${by} instead of saying ${words.join()}. ${stderr}`)
        }),
      ])
    }
  }
  return { ...child, hear }
}

/** A process that has taken a payment, which is stored. */
async function startPaid(path: string): Promise<Running> {
  const first = start(path, 'first', 'start')
  await first.hear('running')
  first.say('pay')
  expect(await first.hear('saved')).toBe('saved 100')
  return first
}

async function kill(child: Running): Promise<void> {
  child.signal('SIGKILL')
  await child.ended
}

// Elsewhere a process does not learn whether another one has ended, and leases end by themselves.
describe.skipIf(process.platform !== 'linux')('a durable agent whose process was killed', () => {
  it('is resumed at once on the same machine, with the work that it had begun', async () => {
    const path = temporaryPath()
    const first = await startPaid(path)
    first.say('work')
    await first.hear('saved')
    await using memory = await openMemory({ store: sqliteStore(path) })
    const { facts } = memory.as({ id: 'test', role: 'test' })
    const ran = async (times: number): Promise<void> => {
      const changes = memory.as({ id: 'test', role: 'test' }).watch('facts/runs')
      while ((await facts.get<number>('runs')) !== times) await changes.next()
    }
    await ran(1)
    await kill(first)
    const second = start(path, 'first')
    expect(await second.hear('running', 'taken')).toBe('running 100')
    await ran(2)
    await facts.set('open', true)
    expect(await second.hear('done')).toBe('done 100')
  })

  it('is refused by a release that it does not fit, and resumed by its own, at once', async () => {
    const path = temporaryPath()
    await kill(await startPaid(path))
    for (let deploys = 0; deploys < 2; deploys += 1) {
      const next = start(path, 'next')
      expect(await next.hear('running', 'refused', 'taken')).toBe('refused SKEIN_AGENT_MISFIT')
      await kill(next)
    }
    const rollback = start(path, 'first')
    expect(await rollback.hear('running', 'refused', 'taken')).toBe('running 100')
    rollback.say('pay')
    expect(await rollback.hear('saved')).toBe('saved 200')
  })

  it('is resumed by one of many processes', async () => {
    const path = temporaryPath()
    await kill(await startPaid(path))
    const many = Array.from({ length: 4 }, () => start(path, 'first'))
    const said = await Promise.all(many.map((child) => child.hear('running', 'taken')))
    expect(said.toSorted()).toEqual(['running 100', 'taken', 'taken', 'taken'])
  })

  it('is resumed while nobody has noticed yet that its process is dead', async () => {
    const path = temporaryPath()
    // The shell becomes a program that never asks what became of its child: the child stays, dead.
    const script = `'${process.execPath}' '${fixture.pathname}' '${path}' first start <&3 & echo $!; exec sleep 600`
    const parent = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit', 'pipe'] })
    onTestFinished(() => void parent.kill('SIGKILL'))
    let said = ''
    parent.stdout?.setEncoding('utf8').on('data', (text: string) => (said += text))
    while (!said.includes('running')) await once(parent.stdout as NonNullable<typeof parent.stdout>, 'data')
    const pid = Number(/^\d+$/m.exec(said)?.[0])
    process.kill(pid, 'SIGKILL')
    while (!execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('Z'));
    const second = start(path, 'first')
    expect(await second.hear('running', 'taken')).toBe('running 0')
  })
})

describe('a durable agent whose process lives', () => {
  // Windows can't stop a process and let it go on.
  it.skipIf(process.platform === 'win32')('is taken, also while its process is stopped', async () => {
    const path = temporaryPath()
    const first = await startPaid(path)
    first.signal('SIGSTOP')
    const second = start(path, 'first')
    expect(await second.hear('running', 'taken')).toBe('taken')
    first.signal('SIGCONT')
    first.say('pay')
    expect(await first.hear('saved')).toBe('saved 200')
  })

  it('is resumed by who waits for it as soon as its process ends', async () => {
    const path = temporaryPath()
    const first = await startPaid(path)
    const second = start(path, 'first', 'wait')
    await second.hear('ready')
    first.say('stop')
    expect(await second.hear('running', 'taken')).toBe('running 100')
    expect((await first.ended).by).toBe(0)
  })

  it.skipIf(process.platform !== 'linux')('is resumed by who waits for it when its process is killed', async () => {
    const path = temporaryPath()
    const first = await startPaid(path)
    const second = start(path, 'first', 'wait')
    await second.hear('ready')
    await kill(first)
    expect(await second.hear('running', 'taken')).toBe('running 100')
  })
})

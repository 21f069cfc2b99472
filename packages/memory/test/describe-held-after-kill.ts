import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { openMemory } from '@skein/memory'
import { expect, it, onTestFinished } from 'vitest'

import type { SharedAddress } from './describe-half-forgotten.ts'

const script = join(import.meta.dirname, 'fixtures/holding-process.ts')

/** Declares that holds, releases and refusals last that a process was told of before kill -9. */
export function describeHeldAfterKill(place: () => SharedAddress): void {
  it.each(['placed 3', 'released 2'])('holds what was held at kill -9, after "%s"', async (last) => {
    const { module, factory, address } = place()
    const args = ['--no-warnings', script, module, factory, address]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    const ended = once(child, 'exit')
    const said: string[] = []
    for await (const line of createInterface({ input: child.stdout })) {
      said.push(line)
      if (line === last) child.kill('SIGKILL')
    }
    expect((await ended)[1]).toBe('SIGKILL')
    expect(said.filter((line) => line.startsWith('forgot'))).toEqual([])

    await using memory = await openMemory({ store: place().open(), heartbeatMs: 50 })
    const leo = memory.as({ id: 'leo', role: 'legal', rights: ['erase', 'hold'] })
    const inForce = new Set((await leo.holds.list()).map(({ filter }) => filter?.subject))
    for (const [n, subject] of ['person/0', 'person/1', 'person/2', 'person/3'].entries()) {
      const forgotten = await leo
        .forget({ subject }, { reason: 'asked' })
        .catch((error: { code?: string }) => error.code)
      const isHeld = inForce.has(subject)
      expect(forgotten === 'SKEIN_HELD').toBe(isHeld)
      expect(await leo.facts.get(subject)).toBe(isHeld ? n : undefined)
      if (said.includes(`released ${n}`)) expect(isHeld).toBe(false)
      // Those with an even number may be released already.
      else if (said.includes(`placed ${n}`) && n % 2 === 1) expect(isHeld).toBe(true)
    }
    for (const { id } of await leo.holds.list()) await leo.holds.release(id, { reason: 'The test is over.' })
    const prefix = 'person/'
    for (const { key } of (await leo.facts.list({ prefix })).items) await leo.forget(`facts/${key}`, { reason: 'over' })
  })
}

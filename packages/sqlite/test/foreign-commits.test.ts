import { fork } from 'node:child_process'
import { once } from 'node:events'

import type { Change, Mutation } from '@skein/memory/store'
import { sqliteStore } from '@skein/sqlite'
import { expect, it, onTestFinished } from 'vitest'

import { temporaryPath } from './temporary.ts'

const meta = { author: 'me', tags: [], derivedFrom: [], sensitivity: 'public', compartments: [] } as const
const setting = (id: string): Mutation => ({ type: 'set', key: { collection: 'facts', id }, value: '1', meta })

it('a process that writes on and on hears of what others write, and so it does once it rests', async () => {
  const path = temporaryPath()
  // No poll, and no memory, whose heartbeat would find it.
  await using store = await sqliteStore({ path, pollMs: 3_600_000 }).open('default', 'writer')
  const other = fork(new URL('fixtures/setting-process.ts', import.meta.url), [path])
  onTestFinished(() => other.disconnect())
  await once(other, 'message')

  const heard: string[] = []
  store.watch(({ author, id }: Change) => author === 'other' && heard.push(id))
  const writeUntil = async (isOver: () => boolean): Promise<void> => {
    for (let index = 0; !isOver(); index += 1) await store.write([setting(`own-${index % 10}`)])
  }
  for (const round of [1, 2, 3]) {
    let writes = 0
    await writeUntil(() => (writes += 1) > 100)
    other.send(`busy-${round}`)
    await writeUntil(() => heard.includes(`busy-${round}`))
    other.send(`rest-${round}`)
    await expect.poll(() => heard).toContain(`rest-${round}`)
    await expect.poll(() => heard.length).toBe(2 * round)
  }
})

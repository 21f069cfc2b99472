import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { openMemory } from '@skein/memory'
import type { EncryptionOptions, Memory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'

import { temporaryPath } from './temporary.ts'

const k1 = randomBytes(32)
const k2 = randomBytes(32)
const first: EncryptionOptions = { keys: { k1 }, current: 'k1' }
const both: EncryptionOptions = { keys: { k1, k2 }, current: 'k2' }
const boss = { id: 'boss', role: 'head', clearance: { level: 'confidential' } } as const
const secret = { sensitivity: 'confidential' } as const

/** Words that no file may hold, and by whose stems none may be found. */
const word = 'zyxwvutsmerger'
const forms = [word, word.slice(0, -1), Buffer.from(word, 'utf16le'), Buffer.from(word).toString('base64').slice(0, 16)]

/** The files beside the database, and itself, that hold the word in any form. */
function leaks(path: string): string[] {
  const folder = dirname(path)
  const contents = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))] as const)
  return contents.filter(([, bytes]) => forms.some((form) => bytes.includes(form))).map(([name]) => name)
}

/** Writes the word in every place that a value can be in, small and large, and rewrites and deletes some. */
async function writeSecrets(memory: Memory): Promise<void> {
  const view = memory.as(boss)
  const text = `The ${word} is planned. `
  for (let index = 0; index < 30; index += 1) {
    await view.facts.set(`f${index}`, `${text}${index}`, secret)
    await view.observations.log({ task: 't', value: text.repeat(index + 1), ...secret })
  }
  await view.facts.set('large', text.repeat(2_000), secret)
  await view.facts.update<string>('f0', (value = '') => `${value} ${word}`)
  await view.facts.delete('f1')
  await view.facts.set('short-lived', text, { ...secret, ttlMs: 1 })
  await view.objects.put(text.repeat(5_000), secret)
  await view.objects.put({ deep: [text] }, secret)
  await view.decisions.record({ task: 't', decision: text, reasoning: text, ...secret })
  await view.learnings.log({ signal: 'success', context: { plan: word }, details: text, ...secret })
  await view.alerts.send({ to: ['bob'], insight: text, ...secret })
  await view.escalations.open({ task: 't', reason: text, ...secret })
  await view.once('w', () => text)
  await view
    .once('fails', () => {
      throw new Error(text)
    })
    .catch(() => {})
}

describe('no byte of a secret', () => {
  it('is ever in the file, its logs or a copy of it, when it is sealed from the start', async () => {
    const path = temporaryPath()
    const memory = await openMemory({ store: sqliteStore(path), encryption: first })
    await writeSecrets(memory)
    expect(leaks(path)).toEqual([])
    const copy = new Database(path, { readonly: true })
    await copy.backup(`${path}.copy`)
    copy.close()
    expect(leaks(path)).toEqual([])
    await memory.as(boss).facts.delete('large')
    await memory.close()
    expect(leaks(path)).toEqual([])
  })

  it('is left after sealing what was written before, rotating and deleting', async () => {
    const path = temporaryPath()
    const plain = await openMemory({ store: sqliteStore(path) })
    await writeSecrets(plain)
    await plain.as({ id: 'ann', role: 'r' }).observations.log({ value: 'an open word' })
    // The search can fail: this is how it looks before anything is sealed.
    expect(leaks(path)).not.toEqual([])
    await plain.close()

    const sealed = await openMemory({ store: sqliteStore(path), encryption: first })
    await sealed.reseal()
    expect(leaks(path)).toEqual([])
    expect(await sealed.as(boss).facts.get('f2')).toContain(word)
    expect(await sealed.as(boss).observations.search('open word')).toHaveLength(1)
    await sealed.close()

    const rotated = await openMemory({ store: sqliteStore(path), encryption: both })
    await rotated.reseal()
    for (let index = 2; index < 30; index += 1) await rotated.as(boss).facts.delete(`f${index}`)
    expect(leaks(path)).toEqual([])
    const bytes = readFileSync(path)
    expect([k1, k2].some((key) => bytes.includes(key))).toBe(false)
    expect(bytes.includes('~k1.')).toBe(false)
    await rotated.close()
    expect(leaks(path)).toEqual([])
  })
})

import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { openMemory } from '@skein/memory'
import { redisStore } from '@skein/redis'
import { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'

import { forgetOnSealedNodes } from '../../memory/test/forget-on-sealed-nodes.ts'
import { writePasts } from '../../memory/test/write-pasts.ts'
import { missing, startServer } from './redis-server.ts'

/** Which of these words lie in any file of a server. */
function found(folder: string, words: readonly string[]): readonly string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const bytes = files.map(({ parentPath, name }) => readFileSync(join(parentPath, name)))
  return words.filter((word) => bytes.some((file) => file.includes(word)))
}

function vectorOf(text: string): number[] {
  return Array.from({ length: 64 }, (_, at) => Math.sin(at + (text.codePointAt(at % text.length) ?? 0)))
}

describe.skipIf(missing)(`Forgetting on Redis${missing ? ` (${missing})` : ''}`, () => {
  it('leaves nothing of it in the append-only file and in later snapshots', async () => {
    const server = await startServer('--rdbcompression', 'no')
    const admin = new Redis(server.url)
    const embedder = { id: 'letters', dimensions: 64, embed: async (texts: readonly string[]) => texts.map(vectorOf) }
    const memory = await openMemory({ store: redisStore(server.url), search: { embedder } })
    try {
      const ann = memory.as({ id: 'ann', role: 'sales' })
      const words = [
        'canaryfirst',
        'canarylatest',
        'canaryturn',
        'canarytag',
        'canaryobject',
        'canaryderived',
        'canarymail',
        'canaryperson',
        'canarywish',
      ]
      const [first, latest, turn, tag = '', object, derived, mail] = words
      const [subject, wish] = ['canaryperson', 'canarywish']
      await ann.facts.set('fact', first, { subject })
      await ann.facts.set('fact', latest, { subject })
      const entry = await ann.observations.log({ value: turn, tags: [tag], subject })
      await ann.objects.put(`${object} `.repeat(100), { subject })
      await ann.learnings.log({ signal: 'success', context: {}, details: derived, derivedFrom: [entry] })
      await ann.agents.post({ to: 'bob', message: { type: 'note', entry: entry.id, text: mail } })
      await ann.facts.set('other', 'stays')
      await ann.facts.set('tagged', 1, { tags: [wish] })
      await memory.vectorsReady()
      await using store = await redisStore(server.url).open('default', 'reader')
      const { records } = await store.query({ collection: 'vectors', order: 'oldest', limit: 10 })
      expect(records).toHaveLength(2)
      for (const { value } of records) words.push((JSON.parse(value) as { vector: string }).vector)
      expect(found(server.folder, [...words, 'stays'])).toEqual([...words, 'stays'])
      await ann.forget({ subject }, { reason: 'asked' })
      await ann.forget({ tags: [wish] }, { reason: 'asked' })
      await admin.save()
      // The server removes its old file in the background.
      await expect.poll(() => found(server.folder, [...words, 'stays'])).toEqual(['stays'])
    } finally {
      await memory.close()
      admin.disconnect()
      await server.stop()
    }
  })

  describe('on a server with snapshots and no append-only file', () => {
    const noLog = ['--appendonly', 'no', '--rdbcompression', 'no'] as const

    it('leaves nothing of it in the snapshot that was there, and makes none where there was none', async () => {
      for (const save of ['3600 1000000', '']) {
        const server = await startServer(...noLog, '--save', save)
        const admin = new Redis(server.url)
        const memory = await openMemory({ store: redisStore(server.url) })
        try {
          const { facts } = memory.as({ id: 'ann', role: 'sales' })
          await facts.set('fact', 'canaryvalue')
          await facts.set('other', 'stays')
          if (save !== '') await admin.save()
          expect(found(server.folder, ['canaryvalue', 'stays'])).toHaveLength(save === '' ? 0 : 2)
          await memory.as({ id: 'ann', role: 'sales' }).forget('facts/fact', { reason: 'asked' })
          expect(found(server.folder, ['canaryvalue', 'stays'])).toEqual(save === '' ? [] : ['stays'])
        } finally {
          await memory.close()
          admin.disconnect()
          await server.stop()
        }
      }
    })

    it('says so where it can’t be written anew', async () => {
      const server = await startServer(...noLog, '--save', '3600 1000000', '--stop-writes-on-bgsave-error', 'no')
      const memory = await openMemory({ store: redisStore(server.url) })
      try {
        const ann = memory.as({ id: 'ann', role: 'sales' })
        await ann.facts.set('fact', 'canaryvalue')
        mkdirSync(join(server.folder, 'dump.rdb', 'in the way'), { recursive: true })
        await expect(ann.forget('facts/fact', { reason: 'asked' })).rejects.toMatchObject({
          code: 'SKEIN_STORE',
          message: expect.stringMatching(/failed to write its snapshot anew/),
        })
        rmSync(join(server.folder, 'dump.rdb'), { recursive: true })
        await ann.facts.set('next', 'x')
        await ann.forget('facts/next', { reason: 'asked' })
      } finally {
        await memory.close()
        await server.stop()
      }
    })
  })

  it('leaves nothing of past versions, plain, sealed, large, trimmed or deleted, nor of saved states', async () => {
    const server = await startServer('--rdbcompression', 'no')
    const admin = new Redis(server.url)
    const store = redisStore(server.url)
    const memory = await openMemory({ store, encryption: { keys: { k1: randomBytes(32) }, current: 'k1' } })
    try {
      const { gone, stays, forget } = await writePasts(memory, store)
      const all = [...gone, ...stays]
      expect(found(server.folder, all)).toEqual(all)
      await forget()
      await admin.save()
      await expect.poll(() => found(server.folder, all)).toEqual(stays)
    } finally {
      await memory.close()
      admin.disconnect()
      await server.stop()
    }
  })

  it('leaves nothing of sealed versions on a node that is told of it', async () => {
    const servers = [await startServer(), await startServer('--rdbcompression', 'no')] as const
    const [first, second] = servers
    const files = (texts: readonly string[]): readonly string[] => found(second.folder, texts)
    try {
      const texts = await forgetOnSealedNodes([redisStore(first.url), redisStore(second.url)], files)
      const admin = new Redis(second.url)
      await admin.save().finally(() => admin.disconnect())
      await expect.poll(() => files(texts)).toEqual([])
    } finally {
      await Promise.all(servers.map((server) => server.stop()))
    }
  })
})

import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { openMemory } from '@skein/memory'
import type { Memory, MemoryOptions } from '@skein/memory'
import type { StoreDriver } from '@skein/memory/store'
import { sqliteStore } from '@skein/sqlite'
import { afterAll } from 'vitest'

// Tests start the command many times: it is compiled once.
process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'skein-test-compile-cache')

/** Occurs in everything that only {@link cleared} covers. */
export const secret = 'XANADU'
export const cleared = ['--clearance', 'confidential+finance'] as const
const clearance = { level: 'confidential', compartments: ['finance'] } as const

/** A memory with something of each kind, public and secret, and a question for people on both. */
export interface SampleMemory {
  readonly folder: string
  readonly publicObject: string
  readonly secretObject: string
  readonly publicQuestion: string
  readonly secretQuestion: string
}

/** A folder that exists for all tests of a file. */
export function folderForAll(): string {
  const folder = mkdtempSync(join(tmpdir(), 'skein-look-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Opens the memory in the file `x.db` of a folder. */
export function openIn(folder: string, options: Partial<MemoryOptions> = {}): Promise<Memory> {
  return openMemory({ store: sqliteStore(join(folder, 'x.db')), ...options })
}

/** Fills a memory of any store with something of each kind. */
export async function fill(
  store: StoreDriver,
  options: Partial<MemoryOptions> = {},
): Promise<Omit<SampleMemory, 'folder'>> {
  await using memory = await openMemory({ store, ...options })
  const ann = memory.as({ id: 'ann', role: 'sales' })
  const fay = memory.as({ id: 'fay', role: 'finance', clearance })
  const hidden = { sensitivity: 'confidential', compartments: ['finance'] } as const
  const task = 'deal/7'

  await ann.facts.set('price', { low: 10, high: 12 }, { task, tags: ['crm', 'price'], ttlMs: 3_600_000 })
  await ann.facts.set('price', { low: 11, high: 12 }, { task, tags: ['crm', 'price'], ttlMs: 3_600_000 })
  await ann.observations.log({ task, value: 'Acme raised its prices in autumn', tags: ['pricing'], importance: 0.8 })
  await ann.decisions.record({ task, decision: 'go', reasoning: 'The price pays.' })
  await ann.learnings.log({ signal: 'success', context: { industry: 'retail' }, details: 'Prices convince them.' })
  const chapter = await ann.objects.put('The first chapter of the report.', { task })
  const note = await ann.objects.put({ gist: 'first' }, { derivedFrom: [chapter], task })
  await ann.observations.log({ task: 'deal/8', value: 'Made from the note', derivedFrom: [note] })
  const asked = await ann.escalations.open({ task, reason: 'It is above my limit.', question: 'Grant 20 %?' })
  await ann.once('gist/v1', async ({ reportUsage }) => reportUsage({ inputTokens: 100, usd: 0.25 }))
  await ann.once('gist/v1', async () => {})

  await fay.facts.set(`hidden/${secret}`, secret, { task, tags: [secret], ...hidden })
  await fay.observations.log({ task, value: `${secret} raised its prices`, tags: [secret], ...hidden })
  await fay.decisions.record({ task, decision: secret, reasoning: `price ${secret}`, ...hidden })
  const paper = await fay.objects.put(`The paper on ${secret}.`, { task, ...hidden })
  const doubt = await fay.escalations.open({ task: secret, reason: secret, question: secret, ...hidden })
  await fay.once(`${secret} merger/v1`, async () => secret)
  const claim = await fay.claims.claim('agent/fay')
  await fay.agents.save({
    definition: 'd',
    status: 'active',
    state: { secret },
    claim: claim as NonNullable<typeof claim>,
  })
  await claim?.release()
  await ann.facts.set('last', true)
  return { publicObject: chapter.id, secretObject: paper.id, publicQuestion: asked.id, secretQuestion: doubt.id }
}

/** Fills a memory in a folder of its own. */
export async function filledFolder(options: Partial<MemoryOptions> = {}): Promise<SampleMemory> {
  const folder = folderForAll()
  return { folder, ...(await fill(sqliteStore(join(folder, 'x.db')), options)) }
}

/** The hash of each file of a folder. */
export function filesIn(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder).map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    ]),
  )
}

/** Characters that a terminal would obey, or show in another order. */
export const harmful = /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/u

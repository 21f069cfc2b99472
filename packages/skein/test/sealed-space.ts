import { hash } from 'node:crypto'

import { collectionsWith } from '@skein/memory/store'
import type { Mutation, RecordKey, Store, StoreDriver } from '@skein/memory/store'
import { redisStore } from '@skein/redis'
import { sqliteStore } from '@skein/sqlite'

/** The store at a path or at the URL of a Redis server. */
export function driverAt(address: string, prefix: string): StoreDriver {
  return address.startsWith('redis:') ? redisStore({ url: address, prefix }) : sqliteStore(address)
}

/** Whether nothing of this level may be plain in the tests' spaces. */
const isSecret = (level: string): boolean => level === 'confidential'

/** Writes of one record of each kind under each label, plain, as processes without a key make them. */
export function plainRecords(name: string): Mutation[] {
  return collectionsWith('sealed').flatMap((collection) => {
    if (collection === 'objects') return []
    return (['public', 'internal', 'confidential'] as const).map((sensitivity): Mutation => {
      const meta = { author: 'ann', task: 't', tags: ['x'], derivedFrom: [], sensitivity, compartments: [] }
      const value = JSON.stringify(`${name} ${sensitivity}`)
      return { type: 'set', key: { collection, id: `${name}/${sensitivity}` }, value, meta, terms: [name] }
    })
  })
}

/** Stores contents that are secret, public, and both, plain. */
export async function putPlainObjects(store: Store, name: string): Promise<void> {
  const put = async (text: string, label: string): Promise<void> => {
    const id = hash('sha256', text, 'hex')
    await store.objects.put(id, Buffer.from(text))
    const key: RecordKey = { collection: 'objects', id: label === 'public' ? id : `${id}~${label}` }
    const sensitivity = label as 'public' | 'confidential'
    const meta = { author: 'ann', tags: [], derivedFrom: [], sensitivity, compartments: [] }
    await store.write([
      { type: 'set', key, value: JSON.stringify({ size: text.length, mediaType: 'text/plain' }), meta },
    ])
  }
  await put(`${name} secret`, 'confidential')
  await put(`${name} public`, 'public')
  await put(`${name} of both labels`, 'confidential')
  await put(`${name} of both labels`, 'public')
}

/** Everything that is plain although it is secret: names of records and of contents. */
export async function plainSecrets(store: Store): Promise<Set<string>> {
  const found = new Set<string>()
  const labels = new Map<string, Set<string>>()
  for (const collection of collectionsWith('sealed')) {
    const { records } = await store.query({ collection, order: 'oldest', limit: 1_000 })
    for (const { id, value, sensitivity } of records) {
      if (isSecret(sensitivity) && !value.startsWith('~')) found.add(`${collection}/${id}`)
      const content = id.slice(0, 64)
      if (collection === 'objects') labels.set(content, (labels.get(content) ?? new Set()).add(sensitivity))
    }
  }
  for (const name of await store.objects.names()) {
    const isOpen = name.includes('.') || [...(labels.get(name) ?? [])].some((level) => !isSecret(level))
    if (!isOpen) found.add(name)
  }
  return found
}

/** Everything that is plain although it is secret, or sealed with another key than this one. */
export async function unsealed(store: Store, keyId: string): Promise<string[]> {
  const found = await plainSecrets(store)
  for (const collection of collectionsWith('sealed')) {
    const { records } = await store.query({ collection, order: 'oldest', limit: 1_000 })
    for (const { id, value } of records) {
      if (value.startsWith('~') && !value.startsWith(`~${keyId}.`)) found.add(`${collection}/${id}`)
    }
  }
  for (const name of await store.objects.names()) if (name.includes('.') && !name.includes(`.${keyId}`)) found.add(name)
  return [...found]
}

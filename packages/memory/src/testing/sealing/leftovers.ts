import type { Store } from '../../store/store.ts'
import { collectionsWith } from '../../store/collections.ts'
import { recordPages } from '../../store/record-pages.ts'

/** Where a store holds a text plain: in records, in the search index or in contents of objects. */
export async function plainPlaces(store: Store, word: string): Promise<string[]> {
  const found: string[] = []
  for (const collection of collectionsWith('sealed')) {
    for await (const page of recordPages(store, { collection, limit: 100 })) {
      for (const record of page) {
        if (JSON.stringify(record).includes(word)) found.push(`${collection}/${record.id}`)
      }
    }
    const { records } = await store.search({ collection, words: [{ terms: [word] }], limit: 100 })
    for (const { id } of records) found.push(`a term of ${collection}/${id}`)
  }
  const walk = store.verify({
    record: () => undefined,
    object: (name, bytes) => void (Buffer.from(bytes).includes(word) && found.push(`the content ${name}`)),
  })
  for await (const _ of walk);
  const { changes } = await store.changes(0, 1_000)
  for (const change of changes) if (JSON.stringify(change).includes(word)) found.push(`the feed at ${change.seq}`)
  return found
}

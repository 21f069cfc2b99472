import type { Collection } from '../store/collections.ts'
import type { RecordKey } from '../store/record.ts'

/** A map by the keys of records, which makes no text of its own for each. */
export class KeyMap<Value> {
  readonly #values = new Map<Collection, Map<string, Value>>()

  get({ collection, id }: RecordKey): Value | undefined {
    return this.#values.get(collection)?.get(id)
  }

  set({ collection, id }: RecordKey, value: Value): void {
    const values = this.#values.get(collection) ?? new Map<string, Value>()
    this.#values.set(collection, values.set(id, value))
  }

  delete({ collection, id }: RecordKey): void {
    this.#values.get(collection)?.delete(id)
  }

  clear(): void {
    this.#values.clear()
  }
}

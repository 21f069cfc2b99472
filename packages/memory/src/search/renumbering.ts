import type { Collection } from '../store/collections.ts'
import type { RecordKey } from '../store/record.ts'
import { DocumentColumns } from './document-columns.ts'
import { KeyMap } from './key-map.ts'

/**
 * Gives the documents of an index new numbers, some at a time, in the order of those before. Until all have one, those
 * before hold.
 */
export class Renumbering {
  readonly documents: DocumentColumns = new DocumentColumns()
  readonly ids: KeyMap<number> = new KeyMap()
  /** The new number of each, -1 for one that was gone. */
  readonly numbers: number[] = []
  readonly #before: DocumentColumns
  readonly #collectionOf: (group: number) => Collection

  constructor(before: DocumentColumns, collectionOf: (group: number) => Collection) {
    this.#before = before
    this.#collectionOf = collectionOf
  }

  /** Gives some more their number; returns whether all have one, those that were added meanwhile too. */
  goOn(most: number): boolean {
    const { numbers } = this
    const before = this.#before
    for (const end = numbers.length + most; numbers.length < Math.min(end, before.size);) {
      const at = numbers.length
      const group = before.groups[at] ?? -1
      if (group < 0) {
        numbers.push(-1)
        continue
      }
      const fields = before.fieldsOf(at)
      const number = this.documents.add(fields, group, before.lengths[at] ?? 0)
      this.ids.set({ collection: this.#collectionOf(group), id: fields.id }, number)
      numbers.push(number)
    }
    return numbers.length === before.size
  }

  /** A document is gone. @param at - Its number before. */
  remove(key: RecordKey, at: number): void {
    const number = this.numbers[at]
    if (number === undefined) return
    this.documents.remove(number)
    this.ids.delete(key)
  }
}

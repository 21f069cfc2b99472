import type { StoredRecord } from '../store/record.ts'
import { lengthCode } from './ranking.ts'

/** What a {@link DocumentColumns} keeps of a record: what filters and ties ask for, without its value. */
export type DocumentFields = Pick<StoredRecord, 'seq' | 'id' | 'author' | 'task' | 'tags' | 'derivedFrom' | 'updatedAt'>

/** The documents of an index by number, in columns: some fifty bytes each, and the text of its id. */
export class DocumentColumns {
  readonly ids: string[] = []
  /** The group of each document; undefined for one that was removed. */
  groups: Int32Array = new Int32Array(64)
  seqs: Float64Array = new Float64Array(64)
  lengths: Uint32Array = new Uint32Array(64)
  lengthCodes: Uint8Array = new Uint8Array(64)
  #updated = new Float64Array(64)
  #authors = new Uint32Array(64)
  #tasks = new Uint32Array(64)
  /** Most records have neither tags nor sources. */
  readonly #lists = new Map<number, { readonly tags: readonly string[]; readonly derivedFrom: readonly string[] }>()
  readonly #names = new Names()

  get size(): number {
    return this.ids.length
  }

  /** @returns the number of the document. */
  add(record: DocumentFields, group: number, length: number): number {
    const at = this.ids.push(record.id) - 1
    if (at === this.seqs.length) this.#grow()
    this.groups[at] = group
    this.seqs[at] = record.seq
    this.lengths[at] = length
    this.lengthCodes[at] = lengthCode(length)
    this.#updated[at] = record.updatedAt
    this.#authors[at] = this.#names.numberOf(record.author)
    this.#tasks[at] = record.task === undefined ? 0 : this.#names.numberOf(record.task)
    const { tags, derivedFrom } = record
    if (tags.length + derivedFrom.length > 0) this.#lists.set(at, { tags, derivedFrom })
    return at
  }

  /** Forgets a document; its number is not used again. */
  remove(at: number): void {
    this.groups[at] = -1
    this.ids[at] = ''
    this.#lists.delete(at)
  }

  /** Puts the last document in the place of another one, which goes. */
  moveLastTo(at: number): void {
    const last = this.ids.length - 1
    this.ids[at] = this.ids[last] ?? ''
    for (const column of [this.groups, this.seqs, this.lengths, this.lengthCodes]) column[at] = column[last] ?? 0
    for (const column of [this.#updated, this.#authors, this.#tasks]) column[at] = column[last] ?? 0
    const lists = this.#lists.get(last)
    this.#lists.delete(last)
    if (lists && at !== last) this.#lists.set(at, lists)
    else this.#lists.delete(at)
    this.ids.pop()
  }

  fieldsOf(at: number): DocumentFields {
    const { tags, derivedFrom } = this.#lists.get(at) ?? none
    const author = this.#names.nameOf(this.#authors[at] ?? 0) ?? ''
    const task = this.#names.nameOf(this.#tasks[at] ?? 0)
    return {
      seq: this.seqs[at] ?? 0,
      id: this.ids[at] ?? '',
      author,
      task,
      tags,
      derivedFrom,
      updatedAt: this.#updated[at] ?? 0,
    }
  }

  #grow(): void {
    const length = Math.ceil(this.seqs.length * 1.25)
    const grown = <Column extends { set(from: Column): void }>(column: Column, larger: Column): Column => {
      larger.set(column)
      return larger
    }
    this.groups = grown(this.groups, new Int32Array(length))
    this.seqs = grown(this.seqs, new Float64Array(length))
    this.lengths = grown(this.lengths, new Uint32Array(length))
    this.lengthCodes = grown(this.lengthCodes, new Uint8Array(length))
    this.#updated = grown(this.#updated, new Float64Array(length))
    this.#authors = grown(this.#authors, new Uint32Array(length))
    this.#tasks = grown(this.#tasks, new Uint32Array(length))
  }
}

const none = { tags: [], derivedFrom: [] } as const

/** Numbers for names that many records share, from 1. */
class Names {
  readonly #numbers = new Map<string, number>()
  readonly #names: string[] = []

  numberOf(name: string): number {
    const known = this.#numbers.get(name)
    if (known !== undefined) return known
    const number = this.#names.push(name)
    this.#numbers.set(name, number)
    return number
  }

  nameOf(number: number): string | undefined {
    return this.#names[number - 1]
  }
}

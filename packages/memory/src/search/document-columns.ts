import type { StoredRecord } from '../store/record.ts'
import { lengthCode } from './ranking.ts'

/** What a {@link DocumentColumns} keeps of a record: what filters and ties ask for, without its value. */
export type DocumentFields = Pick<StoredRecord, 'seq' | 'id' | 'author' | 'task' | 'tags' | 'derivedFrom' | 'updatedAt'>

/** There is room for so many documents at least. */
const smallest = 64

/** The documents of an index by number, in columns: some fifty bytes each, and the text of its id. */
export class DocumentColumns {
  readonly ids: string[] = []
  /** The group of each document; undefined for one that was removed. */
  groups: Int32Array = new Int32Array(smallest)
  seqs: Float64Array = new Float64Array(smallest)
  lengths: Uint32Array = new Uint32Array(smallest)
  lengthCodes: Uint8Array = new Uint8Array(smallest)
  #updated = new Float64Array(smallest)
  #authors = new Uint32Array(smallest)
  #tasks = new Uint32Array(smallest)
  /** Most records have neither tags nor sources. */
  readonly #lists = new Map<number, { readonly tags: readonly string[]; readonly derivedFrom: readonly string[] }>()
  readonly #names = new Names()

  get size(): number {
    return this.ids.length
  }

  /** @returns the number of the document. */
  add(record: DocumentFields, group: number, length: number): number {
    const at = this.ids.push(record.id) - 1
    if (at === this.seqs.length) this.#resize(Math.ceil(at * 1.25))
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
    this.#releaseNames(at)
  }

  /** Puts the last document in the place of another one, which goes. */
  moveLastTo(at: number): void {
    this.#releaseNames(at)
    const last = this.ids.length - 1
    this.ids[at] = this.ids[last] ?? ''
    for (const column of [this.groups, this.seqs, this.lengths, this.lengthCodes]) column[at] = column[last] ?? 0
    for (const column of [this.#updated, this.#authors, this.#tasks]) column[at] = column[last] ?? 0
    const lists = this.#lists.get(last)
    this.#lists.delete(last)
    if (lists && at !== last) this.#lists.set(at, lists)
    else this.#lists.delete(at)
    this.ids.pop()
    if (last > smallest && last < this.seqs.length / 4) this.#resize(2 * last)
  }

  #releaseNames(at: number): void {
    this.#names.release(this.#authors[at] ?? 0)
    this.#names.release(this.#tasks[at] ?? 0)
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

  #resize(length: number): void {
    const resized = <Column extends Float64Array | Int32Array | Uint32Array | Uint8Array>(
      column: Column,
      other: Column,
    ): Column => {
      other.set(column.length > length ? column.subarray(0, length) : column)
      return other
    }
    this.groups = resized(this.groups, new Int32Array(length))
    this.seqs = resized(this.seqs, new Float64Array(length))
    this.lengths = resized(this.lengths, new Uint32Array(length))
    this.lengthCodes = resized(this.lengthCodes, new Uint8Array(length))
    this.#updated = resized(this.#updated, new Float64Array(length))
    this.#authors = resized(this.#authors, new Uint32Array(length))
    this.#tasks = resized(this.#tasks, new Uint32Array(length))
  }
}

const none = { tags: [], derivedFrom: [] } as const

/** Numbers for names that many records share, from 1. A name that no record has any longer gives its number back. */
class Names {
  readonly #numbers = new Map<string, number>()
  readonly #names: string[] = []
  /** How many records have each. */
  readonly #uses: number[] = []
  readonly #free: number[] = []

  /** The number of a name, for one more record. */
  numberOf(name: string): number {
    const known = this.#numbers.get(name)
    const number = known ?? this.#free.pop() ?? this.#names.length + 1
    this.#uses[number - 1] = (known === undefined ? 0 : (this.#uses[number - 1] ?? 0)) + 1
    if (known !== undefined) return known
    this.#names[number - 1] = name
    this.#numbers.set(name, number)
    return number
  }

  /** A record has this name no longer; 0 for none. */
  release(number: number): void {
    if (number === 0) return
    const left = (this.#uses[number - 1] ?? 0) - 1
    this.#uses[number - 1] = left
    if (left > 0) return
    this.#numbers.delete(this.#names[number - 1] ?? '')
    this.#names[number - 1] = ''
    this.#free.push(number)
  }

  nameOf(number: number): string | undefined {
    return this.#names[number - 1]
  }
}

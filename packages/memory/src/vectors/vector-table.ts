import { DocumentColumns } from '../search/document-columns.ts'
import type { RecordFilter } from '../store/query.ts'
import type { RecordKey, Seq, StoredRecord } from '../store/record.ts'
import { passesFilter } from '../store/record-filter.ts'
import { covers, labelText } from '../values/access.ts'
import type { Label } from '../values/access.ts'
import type { Collection } from '../store/collections.ts'
import type { VectorSegment } from './scan-vectors.ts'
import { segmentRows } from './scan-vectors.ts'
import { inverseLength } from './vector-form.ts'
import type { KeptVector } from './vector-form.ts'
import type { RecordVector, VectorKind } from './vector-record.ts'

interface Group {
  readonly collection: Collection
  readonly label: Label
}

/**
 * The vectors of one kind in memory that threads share, with what filters ask for beside them. A search names the rows
 * that it may look at before any vector is compared, so that no rank depends on what the asker can't see.
 */
export class VectorTable {
  readonly #kind: VectorKind
  #documents = new DocumentColumns()
  #segments: VectorSegment[] = []
  readonly #groups: Group[] = []
  readonly #groupNumbers = new Map<string, number>()
  readonly #rows = new Map<string, number>()
  /** A row for each content. */
  readonly #contents = new Map<string, number>()
  #contentOf: string[] = []
  readonly #ends = new Map<number, number>()

  constructor(kind: VectorKind) {
    this.#kind = kind
  }

  /** The number of vectors. */
  get size(): number {
    return this.#documents.size
  }

  get segments(): readonly VectorSegment[] {
    return this.#segments
  }

  put(record: StoredRecord, { content, vector }: RecordVector): void {
    this.remove(record)
    const row = this.#documents.add(record, this.#groupOf(record), 0)
    this.#store(row, vector)
    this.#rows.set(nameOf(record), row)
    this.#contents.set(content, row)
    this.#contentOf[row] = content
    if (record.expiresAt !== undefined) this.#ends.set(row, record.expiresAt)
  }

  remove(key: RecordKey): void {
    const row = this.#rows.get(nameOf(key))
    if (row === undefined) return
    this.#rows.delete(nameOf(key))
    this.#drop(row)
  }

  clear(): void {
    this.#documents = new DocumentColumns()
    this.#segments = []
    this.#groups.length = 0
    this.#contentOf = []
    for (const map of [this.#groupNumbers, this.#rows, this.#contents, this.#ends]) map.clear()
  }

  /** The vector of a text, if any record has that text. */
  vectorOf(content: string): KeptVector | undefined {
    const row = this.#contents.get(content)
    return row === undefined ? undefined : this.#vectorAt(row).slice()
  }

  /** Marks the rows that a filter lets through with 1. */
  rowsFor(filter: RecordFilter, now: number): { readonly rows: Uint8Array<SharedArrayBuffer>; readonly count: number } {
    this.dropExpired(now)
    const { collection, audience, ...fields } = filter
    const seen = this.#groups.map((group) => group.collection === collection && isSeen(audience, group.label))
    const hasFields = Object.values(fields).some((field) => field !== undefined)
    const documents = this.#documents
    const rows = new Uint8Array(new SharedArrayBuffer(documents.size))
    let count = 0
    for (let row = 0; row < documents.size; row += 1) {
      if (seen[documents.groups[row] ?? -1] !== true) continue
      if (hasFields && !passesFilter(documents.fieldsOf(row), filter)) continue
      rows[row] = 1
      count += 1
    }
    return { rows, count }
  }

  recordAt(row: number): { readonly id: string; readonly seq: Seq } {
    return { id: this.#documents.ids[row] ?? '', seq: this.#documents.seqs[row] ?? 0 }
  }

  #groupOf(record: StoredRecord): number {
    const { collection, sensitivity, compartments } = record
    // With the mark of what holds no more, since few may see that.
    const name = `${collection} ${labelText({ level: sensitivity, compartments })}`
    const known = this.#groupNumbers.get(name)
    if (known !== undefined) return known
    const number = this.#groups.push({ collection, label: { sensitivity, compartments } }) - 1
    this.#groupNumbers.set(name, number)
    return number
  }

  #nameAt(row: number): string {
    const { collection } = this.#groups[this.#documents.groups[row] ?? 0] as Group
    return nameOf({ collection, id: this.#documents.ids[row] ?? '' })
  }

  #store(row: number, vector: KeptVector): void {
    const { dimensions, form } = this.#kind
    const segment = Math.floor(row / segmentRows)
    if (segment === this.#segments.length) {
      const bytes = segmentRows * dimensions * (form === 'int8' ? 1 : Float32Array.BYTES_PER_ELEMENT)
      const lengths = segmentRows * Float64Array.BYTES_PER_ELEMENT
      this.#segments.push({ vectors: new SharedArrayBuffer(bytes), lengths: new SharedArrayBuffer(lengths) })
    }
    this.#vectorAt(row).set(vector)
    this.#lengthsOf(row)[row % segmentRows] = inverseLength(vector)
  }

  /** Those of a row's segment. */
  #lengthsOf(row: number): Float64Array {
    return new Float64Array((this.#segments[Math.floor(row / segmentRows)] as VectorSegment).lengths)
  }

  #vectorAt(row: number): KeptVector {
    const { dimensions, form } = this.#kind
    const { vectors } = this.#segments[Math.floor(row / segmentRows)] as VectorSegment
    const from = (row % segmentRows) * dimensions
    if (form === 'int8') return new Int8Array(vectors, from, dimensions)
    return new Float32Array(vectors, from * Float32Array.BYTES_PER_ELEMENT, dimensions)
  }

  /** The last row takes the place of one that goes, so that no place is left empty. */
  #drop(row: number): void {
    const content = this.#contentOf[row] ?? ''
    if (this.#contents.get(content) === row) this.#contents.delete(content)
    this.#ends.delete(row)
    const last = this.#documents.size - 1
    if (row !== last) this.#move(last, row)
    this.#documents.moveLastTo(row)
    this.#contentOf.pop()
    // Nothing of what was forgotten stays in memory.
    this.#vectorAt(last).fill(0)
    // One is kept for what comes next.
    const used = Math.ceil(last / segmentRows)
    if (this.#segments.length > used + 1) this.#segments = this.#segments.slice(0, used + 1)
  }

  #move(from: number, to: number): void {
    this.#vectorAt(to).set(this.#vectorAt(from))
    this.#lengthsOf(to)[to % segmentRows] = this.#lengthsOf(from)[from % segmentRows] ?? 0
    this.#rows.set(this.#nameAt(from), to)
    const content = this.#contentOf[from] ?? ''
    this.#contentOf[to] = content
    if (this.#contents.get(content) === from) this.#contents.set(content, to)
    const end = this.#ends.get(from)
    if (end === undefined) return
    this.#ends.delete(from)
    this.#ends.set(to, end)
  }

  /** Drops what has expired, as far as is known here. Returns its keys: some of it may continue, as nobody reports on a touch. */
  dropExpired(now: number): readonly RecordKey[] {
    const keys: RecordKey[] = []
    for (const [row, end] of this.#ends) {
      if (end > now) continue
      const { collection } = this.#groups[this.#documents.groups[row] ?? 0] as Group
      const key = { collection, id: this.#documents.ids[row] ?? '' }
      this.#rows.delete(nameOf(key))
      this.#drop(row)
      keys.push(key)
    }
    return keys
  }
}

function isSeen(audience: RecordFilter['audience'], label: Label): boolean {
  return audience === undefined || covers(audience, label)
}

function nameOf({ collection, id }: RecordKey): string {
  return `${collection}/${id}`
}

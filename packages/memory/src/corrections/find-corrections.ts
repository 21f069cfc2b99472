import type { Actor } from '../space/actor.ts'
import type { Shown } from '../space/shown.ts'
import { correctionKey } from '../store/correction-key.ts'
import type { RecordKey } from '../store/record.ts'
import { keyOfSource, sourceName } from '../store/source-name.ts'
import { CorrectedError } from '../values/errors.ts'
import { isSealed } from '../values/sealed-text.ts'
import type { Correction, StoredCorrection } from './correction.ts'
import { storedCorrection } from './correction.ts'

/** A chain of corrections is followed so far: nobody makes a longer one by hand. */
const longestChain = 1_000

const unknown: Correction = {
  state: 'withdrawn',
  reason: undefined,
  supersededBy: undefined,
  latest: undefined,
  author: undefined,
  at: undefined,
}

/** The corrections of those of some records that hold no more, by the names of the records. */
export async function correctionsOf(actor: Actor, records: readonly Shown[]): Promise<ReadonlyMap<string, Correction>> {
  const withdrawn = records.filter(({ isWithdrawn }) => isWithdrawn)
  if (withdrawn.length === 0) return new Map()
  const chains = new Chains(actor)
  await chains.follow(withdrawn)
  return new Map(withdrawn.map((record) => [sourceName(record), chains.correctionOf(record)]))
}

/** @returns what to throw at who asks for a record that holds no more. */
export async function correctedError(actor: Actor, record: Shown): Promise<CorrectedError> {
  const correction = (await correctionsOf(actor, [record])).get(sourceName(record))
  return new CorrectedError(`${record.collection}/${record.id}`, correction)
}

interface Link {
  readonly author: string
  readonly stored: StoredCorrection
}

/** Corrections as far as a principal may see them, with those of what replaced what. */
class Chains {
  readonly #actor: Actor
  /** By `collection/id`; `undefined` for a record that holds. */
  readonly #links = new Map<string, Link | undefined>()
  /** The ends of chains that are there: what replaced a record may have expired or been forgotten since. */
  readonly #there = new Set<string>()

  constructor(actor: Actor) {
    this.#actor = actor
  }

  async follow(records: readonly RecordKey[]): Promise<void> {
    let frontier: readonly RecordKey[] = records
    for (let step = 0; frontier.length > 0 && step < longestChain; step += 1) {
      const keys = frontier.map((key) => correctionKey(key))
      const found = await this.#actor.unseen.read(keys)
      const next: RecordKey[] = []
      for (const [index, key] of keys.entries()) {
        const { collection } = frontier[index] as RecordKey
        const link = this.#read(key, found[index])
        this.#links.set(key.id, link)
        const id = link?.stored.next
        if (id !== undefined && !this.#links.has(`${collection}/${id}`)) next.push({ collection, id })
      }
      frontier = next
    }
    const ends = [...this.#links].flatMap(([name, link]) => (replacedBy(link) === undefined ? name : []))
    const keys = ends.flatMap((name) => keyOfSource(name) ?? [])
    const found = keys.length === 0 ? [] : await this.#actor.unseen.read(keys)
    for (const [index, key] of keys.entries()) {
      if (this.#actor.see(key, found[index], 'unnoted')) this.#there.add(`${key.collection}/${key.id}`)
    }
  }

  correctionOf({ collection, id }: RecordKey): Correction {
    const link = this.#links.get(`${collection}/${id}`)
    if (!link) return unknown
    const { author, stored } = link
    const { state, reason, next, at } = stored
    if (state === 'confirmed') return unknown
    return { state, reason, supersededBy: next, latest: next && this.#latest(collection, next), author, at }
  }

  /** The end of a chain. Two nodes may have replaced records by each other's: then nothing holds. */
  #latest(collection: string, first: string): string | undefined {
    let id = first
    for (const seen = new Set<string>(); !seen.has(id);) {
      seen.add(id)
      const link = this.#links.get(`${collection}/${id}`)
      if (!link || link.stored.state === 'confirmed') return this.#there.has(`${collection}/${id}`) ? id : undefined
      const next = replacedBy(link)
      if (next === undefined) return undefined
      id = next
    }
    return undefined
  }

  #read(key: RecordKey, record: Parameters<Actor['see']>[1]): Link | undefined {
    const shown = this.#actor.see(key, record, 'unnoted')
    // One that can't be opened must not hide the record that it is about.
    const stored = shown && !isSealed(shown.value) ? storedCorrection(shown) : undefined
    return shown && stored && { author: shown.author, stored }
  }
}

function replacedBy(link: Link | undefined): string | undefined {
  return link?.stored.next
}

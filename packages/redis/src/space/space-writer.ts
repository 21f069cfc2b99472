import { StoreError } from '@skein/memory'
import { hashOf } from '@skein/memory/store'
import type { Commit, Mutation, Written } from '@skein/memory/store'

import { Batcher } from '../connection/batcher.ts'
import { requireBulk } from '../connection/server-facts.ts'
import type { RedisClient } from '../connection/redis-client.ts'
import type { ScriptRunner } from '../lua/script-runner.ts'
import { sweepScript } from '../lua/scripts.generated.ts'
import { mutationArguments } from '../records/mutation-arguments.ts'
import { unpackRow } from '../records/record-row.ts'
import { contentOf, resealedContent } from '../records/row-content.ts'
import { unreadableRow } from '../records/row-format.ts'
import type { SpaceRows } from './space-rows.ts'
import type { SpaceSession } from './space-session.ts'

/** A write that finds the space changed opens it again, so often at most. */
const maxAttempts = 10
/** What the script replies for a batch: a line for each mutation, or why nothing was written. */
type Answer = string | readonly string[]
/** No record ever has this version. */
const noVersion = -1

/** Changes the rows of a space. Throws what the client throws. */
export class SpaceWriter {
  readonly #scripts: ScriptRunner
  readonly #session: SpaceSession
  readonly #rows: SpaceRows
  readonly #base: string
  readonly #maxChanges: string
  readonly #maxBytes: number
  readonly #client: RedisClient
  /** The endings of names of bytes that this process has noted. */
  readonly #endings = new Set<string>()
  readonly #writes = new Batcher<readonly string[], Answer>({
    send: (batches) => this.#apply(batches),
    weightOf: (args) => args.reduce((sum, { length }) => sum + length, 0),
    maxWeight: 8_192,
  })

  constructor(
    client: RedisClient,
    scripts: ScriptRunner,
    session: SpaceSession,
    rows: SpaceRows,
    base: string,
    maxChanges: number,
    maxBytes: number,
  ) {
    this.#client = client
    this.#scripts = scripts
    this.#session = session
    this.#rows = rows
    this.#base = base
    this.#maxChanges = `${maxChanges}`
    this.#maxBytes = maxBytes
  }

  /** @throws ValueError; CorruptRecordError, StoreFormatError when a row that it depends on can't be read: nothing was written. */
  async write(batch: readonly Mutation[]): Promise<Commit> {
    // The script takes a batch to have one mutation at least.
    if (batch.length === 0) return { ok: true, written: [] }
    const args: string[] = []
    for (const [index, mutation] of batch.entries()) {
      const size = index === 0 ? batch.length : 1
      if (mutation.type === 'set' && mutation.needs) await this.#noteEndings(mutation.needs)
      if (mutation.type !== 'reseal') {
        args.push(...mutationArguments(mutation, this.#fitting(contentOf(mutation)), size))
        continue
      }
      const content = await this.#resealed(mutation)
      // If that version came to be in between, its details would be unknown here: the script must refuse it.
      const sure = content === undefined ? { ...mutation, ifVersion: noVersion } : mutation
      args.push(...mutationArguments(sure, content ?? '', size))
    }
    const commit = commitOf(batch, await this.#writes.add(args))
    if (commit.ok) for (const { seq } of commit.written) this.#session.heard(seq)
    return commit
  }

  /** Deletes up to `limit` expired rows. */
  async sweep(limit: number): Promise<number> {
    return (await this.#scripts.run(sweepScript, [this.#base, `${limit}`])) as number
  }

  /** Lets the server's sweep know by which names sealed bytes of objects go. Those of one key end alike. */
  async #noteEndings(names: readonly string[]): Promise<void> {
    const { incarnation } = await this.#session.current()
    for (const name of names) {
      const ending = name.slice(hashOf(name).length)
      // The server may have lost what another incarnation knew.
      const noted = `${incarnation} ${ending}`
      if (ending === '' || this.#endings.has(noted)) continue
      await this.#client.hset(`${this.#base}meta`, `content${ending}`, '1')
      this.#endings.add(noted)
    }
  }

  /** @throws ValueError */
  #fitting(content: string): string {
    // A UTF-16 unit takes three bytes at most, so what is short is not counted.
    if (content.length * 3 > this.#maxBytes) requireBulk({ length: Buffer.byteLength(content) }, this.#maxBytes)
    return content
  }

  /** Each batch is an atom of its own; they share the way to the server. */
  async #apply(batches: readonly (readonly string[])[]): Promise<Answer[]> {
    const mutations = batches.flat()
    // Nothing is awaited where the space is known: the server begins with a full batch while the next one fills.
    let state = this.#session.state ?? (await this.#session.current())
    let isOpened = false
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      const args = [this.#base, this.#maxChanges, state.known, state.channel, `${this.#session.newest}`, ...mutations]
      const run = isOpened ? this.#scripts.runText(state.script, args) : this.#scripts.runKnown(state.script, args)
      const answers = (await run) as Answer[] | undefined
      if (answers && answers[0]?.[0] !== 'lost') return answers
      // Nothing was done: the server was restarted and does not know the script, or the space is another one.
      const { closedConnections } = this.#scripts
      const next = await this.#session.reopen()
      // Only where it was opened: another run that knew this script would take writes without being opened.
      isOpened = !answers && next === state && closedConnections === this.#scripts.closedConnections
      if (isOpened) await this.#scripts.spread(state.script)
      state = next
    }
    throw new StoreError(
      'write',
      'The server was restarted or replaced several times during this write. Nothing was written. Try again.',
    )
  }

  /** The details around the new form are those of the record at that version, which only the store has. */
  async #resealed({ key, ifVersion, value }: Extract<Mutation, { type: 'reseal' }>): Promise<string | undefined> {
    const [row] = await this.#rows.get([key])
    return row?.record.version === ifVersion ? resealedContent(row.record, value) : undefined
  }
}

/** The reply of the script for a batch. */
function commitOf(batch: readonly Mutation[], answer: Answer): Commit {
  if (typeof answer === 'string') return { ok: true, written: answer.split('\n').map(writtenOf) }
  const [outcome, ...fields] = answer
  const [place, reason, row = '', version] = fields
  const index = Number(place)
  const { key, guard } = batch[index] as Mutation
  const rowKey = reason === 'guard' && guard ? guard.key : key
  if (outcome === 'damaged') throw unreadableRow('write', rowKey, row)
  if (reason === 'seal') return { ok: false, refusal: { index, reason, version: Number(version) } }
  const current = row === '' ? undefined : unpackRow(rowKey, row).record
  return { ok: false, refusal: { index, reason: reason as 'version' | 'guard' | 'label' | 'content', current } }
}

function writtenOf(text: string): Written {
  const [version = 0, seq = 0, createdAt = 0, updatedAt = 0, expiresAt = 0] = numbersIn(text)
  return { version, seq, updatedAt, createdAt, expiresAt: expiresAt === 0 ? undefined : expiresAt }
}

/** The whole numbers of a line. To split it first takes four times as long. */
function numbersIn(line: string): number[] {
  const numbers: number[] = []
  let number = 0
  for (let at = 0; at < line.length; at += 1) {
    const code = line.charCodeAt(at)
    if (code === space) {
      numbers.push(number)
      number = 0
    } else number = number * 10 + code - zero
  }
  numbers.push(number)
  return numbers
}

const [space, zero] = [0x20, 0x30]

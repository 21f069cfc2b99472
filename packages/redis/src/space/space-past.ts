import { hash } from 'node:crypto'

import { beyondPrefix } from '@skein/memory/store'
import type { Collection, PastChange, PastPage, PastQuery, PastVersion, RecordKey } from '@skein/memory/store'

import type { ScriptRunner } from '../lua/script-runner.ts'
import { pastScript } from '../lua/scripts.generated.ts'
import { beginningOfRow, unpackRow } from '../records/record-row.ts'
import { contentChecksum, resealedContent } from '../records/row-content.ts'
import { currentFormat } from '../records/row-format.ts'

/** The past versions of a space. Throws what the client throws. */
export class SpacePast {
  readonly #scripts: ScriptRunner
  readonly #base: string

  constructor(scripts: ScriptRunner, base: string) {
    this.#scripts = scripts
    this.#base = base
  }

  /** Those of some records, newest first. Damaged ones are left out; `verify` reports on them. */
  async of(keys: readonly RecordKey[]): Promise<readonly (readonly PastVersion[])[]> {
    const found = new Map<RecordKey, readonly PastVersion[]>()
    for (const [collection, some] of byCollection(keys)) {
      const names = some.map(({ id }) => nameOf(id))
      const replies = (await this.#run(collection, 'of', ...names)) as string[][]
      for (const [index, key] of some.entries()) {
        found.set(
          key,
          (replies[index] ?? []).toReversed().flatMap((member) => intactVersion(key, member) ?? []),
        )
      }
    }
    return keys.map((key) => found.get(key) ?? [])
  }

  async ids({ collection, prefix, after, limit }: PastQuery): Promise<PastPage> {
    const beyond = beyondPrefix(prefix)
    const from = after === undefined || after < prefix ? `[${escaped(prefix)}` : `[${nameOf(after)}:`
    const to = beyond === undefined ? '+' : `(${escaped(beyond)}`
    const names = (await this.#run(collection, 'ids', from, to, `${limit + 1}`)) as string[]
    const ids = names.map((name) => name.slice(0, -2).replaceAll('\0\u0001', '\0'))
    const page = ids.slice(0, limit)
    return ids.length > limit ? { ids: page, next: page.at(-1) } : { ids: page }
  }

  async change(key: RecordKey, changes: readonly PastChange[]): Promise<void> {
    if (changes.length === 0) return
    const [members = []] = (await this.#run(key.collection, 'of', nameOf(key.id))) as string[][]
    const args = changes.flatMap(({ version, value }) => {
      const member = members.find((one) => one.startsWith(`${nameOf(key.id)}${digitsOf(version)} `))
      if (member === undefined) return []
      return [member, value === undefined ? '' : withValue(key, member, value)]
    })
    if (args.length > 0) await this.#run(key.collection, 'change', ...args)
  }

  #run(collection: Collection, ...args: readonly string[]): Promise<unknown> {
    return this.#scripts.run(pastScript, [this.#base, collection, ...args])
  }
}

/**
 * Takes a member apart.
 *
 * @throws CorruptRecordError when it is not what was written; StoreFormatError when it is of a newer format.
 */
export function unpackVersion(key: RecordKey, member: string): PastVersion {
  const rest = member.slice(nameOf(key.id).length)
  const [head = '', until] = /^\d+ (\d+) /.exec(rest) ?? []
  const { record, deleted } = unpackRow(key, rest.slice(head.length))
  return { record, deleted, until: Number(until) }
}

/** The id of a member, by its beginning. */
export function idOfMember(member: string): string {
  return member.slice(0, member.indexOf('\0\0')).replaceAll('\0\u0001', '\0')
}

function intactVersion(key: RecordKey, member: string): PastVersion | undefined {
  try {
    return unpackVersion(key, member)
  } catch {
    return undefined
  }
}

/** The member with another form of the value. Its head gets a new checksum; the tag of the position is in the value. */
function withValue(key: RecordKey, member: string, value: string): string {
  const { record } = unpackVersion(key, member)
  const before = member.slice(0, nameOf(key.id).length + digits + 1)
  const rest = member.slice(before.length)
  const until = rest.slice(0, rest.indexOf(' ') + 1)
  const [, head = '', since = '', indexes = ''] =
    /^(?:v\d+ )?[0-9a-f]{8} ((?:\S+ ){8}\S*) \S+( \d+)?\n([^\n]*)\n$/.exec(beginningOfRow(rest.slice(until.length))) ??
    []
  const content = resealedContent(record, value)
  const line = `${head} ${contentChecksum(key, content)}${since}\n${indexes}`
  return `${before}${until}v${currentFormat} ${hash('sha1', line).slice(0, 8)} ${line}\n${content}`
}

const digits = 16

function digitsOf(version: number): string {
  return version.toString().padStart(digits, '0')
}

/** What all members of a record begin with. */
function nameOf(id: string): string {
  return `${escaped(id)}\0\0`
}

function escaped(id: string): string {
  return id.replaceAll('\0', '\0\u0001')
}

function byCollection(keys: readonly RecordKey[]): Map<Collection, RecordKey[]> {
  const found = new Map<Collection, RecordKey[]>()
  for (const key of keys) found.set(key.collection, [...(found.get(key.collection) ?? []), key])
  return found
}

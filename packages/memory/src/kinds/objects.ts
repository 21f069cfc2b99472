import type { OpenBytes } from '../objects/object-shelf.ts'
import { remainingMs } from '../space/actor.ts'
import type { Actor } from '../space/actor.ts'
import type { Include, Shown } from '../space/shown.ts'
import type { Space } from '../space/space.ts'
import { guardOf } from '../space/write-options.ts'
import { hashOf, objectId } from '../store/object-id.ts'
import type { Level } from '../values/access.ts'
import { NotFoundError, VersionConflictError } from '../values/errors.ts'
import { decodeJson, encodeJson } from '../values/json.ts'
import { assertReadable } from '../values/sealed-text.ts'
import { requireIds, requireStrings } from '../values/require-option.ts'
import { correct } from '../corrections/correct.ts'
import type { Correction } from '../corrections/correction.ts'
import { correctedError } from '../corrections/find-corrections.ts'
import { declassifiedLabel, declassify } from './declassify.ts'
import type { DeclassifyOptions } from './declassify.ts'
import { getKinds, requireInclude, supersedeKinds } from './journal-options.ts'
import type { GetOptions, SupersedeOptions } from './journal-options.ts'
import { walkLineage } from './lineage.ts'
import type { LineageNode, LineageOptions } from './lineage.ts'
import { encodeContent, isJson, isText, requireContent } from './object-content.ts'
import { objectInfo, objectKey } from './object-info.ts'
import type { ObjectInfo } from './object-info.ts'
import { lastingOf, putKinds, requirePut } from './put-options.ts'
import type { PutOptions } from './put-options.ts'
import type { Ref } from './ref.ts'
import { touchRecord } from './touch-record.ts'
import type { TouchOptions } from './touch-record.ts'
import { requireOptions } from '../values/require-options.ts'

/** Immutable results of up to 256 MiB, stored once under the hash of their content and passed by reference. */
export class Objects {
  readonly #space: Space
  readonly #actor: Actor

  /** @internal */
  constructor(space: Space, actor: Actor) {
    this.#space = space
    this.#actor = actor
  }

  /**
   * Stores a string, bytes or JSON data and resolves to the handle. Equal content is
   * stored once, no matter who puts it.
   *
   * @throws ValueError when a string is not well-formed or data is not JSON.
   * @throws NotFoundError when a source in `derivedFrom` can't be seen.
   * @throws OptionError, StoreError
   *
   * @example
   * ```ts
   * import { mapStore, openMemory } from '@skein/memory'
   *
   * const memory = await openMemory({ store: mapStore() })
   * const { objects } = memory.as({ id: 'ann', role: 'reader' })
   * const part = await objects.put('The first chapter.')
   * const note = await objects.put({ summary: 'first' }, { derivedFrom: [part] })
   * await objects.get(note) // => { summary: 'first' }
   * const uses = await objects.lineage(part, { direction: 'uses' })
   * uses.map(({ ref }) => ref.id) // => [note.id]
   * await memory.close()
   * ```
   */
  async put<T>(content: T, options: PutOptions = {}): Promise<Ref<T>> {
    requireOptions('objects.put', options, putKinds)
    this.#space.assertOpen()
    const { bytes, usual } = encodeContent(content)
    const mediaType = options.mediaType ?? usual
    requirePut(options, mediaType)
    if (options.mediaType !== undefined && mediaType !== usual) requireContent(bytes, mediaType)
    const { title } = options
    const described = Promise.resolve(this.#actor.describe(options))
    const level = described.then(({ sensitivity }) => sensitivity)
    const [hash, meta] = await Promise.all([this.#space.shelf.put(bytes, level), described])
    const id = objectId(hash, meta)
    const key = objectKey(id)
    const value = encodeJson({
      size: bytes.length,
      mediaType,
      ...(title !== undefined && { title }),
    } satisfies ObjectInfo)
    for (;;) {
      const copy = await this.#actor.load('objects', id, 'unnoted', 'all')
      // Nobody hears of a later end: where there is one, the store knows it.
      const record = copy?.expiresAt === undefined ? copy : await this.#actor.read(key, 'unnoted', 'all')
      if (record?.isWithdrawn) throw await correctedError(this.#actor, record)
      const derivedFrom = [...new Set([...(record?.derivedFrom ?? []), ...meta.derivedFrom])].filter(
        (source) => source !== id,
      )
      const { isEnough, ttlMs } = lastingOf(this.#actor, record, options.ttlMs)
      // A known object with all these sources, for as long, needs no write: this read is a cache hit.
      if (record && isEnough && derivedFrom.length === record.derivedFrom.length) {
        return { id, size: bytes.length, mediaType }
      }
      try {
        const { author, task, tags, importance } = record ?? meta
        await this.#actor.writeOne({
          type: 'set',
          key,
          value: record?.value ?? value,
          meta: { ...meta, author, task, tags, importance, derivedFrom: derivedFrom.toSorted() },
          ifVersion: record?.version ?? 0,
          ttlMs,
          guard: guardOf(options),
        })
        return { id, size: bytes.length, mediaType }
      } catch (error) {
        // Another agent stored the same content at the same time: add our sources to theirs. Or it was forgotten after
        // its bytes were stored here: store them again, unless the caller has changed them since.
        const isGone = error instanceof NotFoundError && (await this.#space.shelf.put(bytes, level)) === hash
        if (!isGone && !(error instanceof VersionConflictError)) throw error
      }
    }
  }

  /**
   * The content: a string, JSON data or bytes, depending on the media type.
   *
   * @throws NotFoundError when this principal can see no such object.
   * @throws CorrectedError when it was retracted or superseded, unless the options include that.
   * @throws CorruptRecordError when the stored bytes are damaged.
   */
  async get<T>(ref: Ref<T>, options: GetOptions = {}): Promise<T> {
    const { opened, mediaType } = await this.#open(ref, options, 'objects.get')
    if (isText(mediaType)) {
      const text = Buffer.from(opened.bytes.buffer, opened.bytes.byteOffset, opened.bytes.length).toString('utf8')
      opened.release()
      return (isJson(mediaType) ? decodeJson(text) : text) as T
    }
    return this.#handOut(opened) as T
  }

  /**
   * The content as bytes.
   *
   * Inside an activity these are the shared bytes themselves, in place: don't write to
   * them, and don't keep them beyond its end. Elsewhere they are your own copy.
   *
   * @throws NotFoundError, CorrectedError, CorruptRecordError, StoreError
   */
  async bytes(ref: Ref, options: GetOptions = {}): Promise<Uint8Array> {
    return this.#handOut((await this.#open(ref, options, 'objects.bytes')).opened)
  }

  /** Whether the object exists, holds, and this principal can see it. */
  async has(ref: { readonly id: string }): Promise<boolean> {
    this.#space.assertOpen()
    return (await this.#actor.load('objects', ref.id)) !== undefined
  }

  /**
   * Gives an object a new time to live from now; its content stays. Every principal that sees it may keep it longer.
   * Only its first author may set an earlier end; others need the right `erase`.
   *
   * @returns whether the object exists, holds, and this principal can see it.
   * @throws OptionError; AccessError without the right; FenceError when the claim was lost; StoreError
   */
  async touch(ref: { readonly id: string }, options: TouchOptions): Promise<boolean> {
    requireIds('ref', [ref.id])
    this.#space.assertOpen()
    return touchRecord(this.#actor, objectKey(ref.id), options, { call: 'objects.touch' })
  }

  /**
   * Walks from an object to its sources or its uses, nearest first. Objects that this principal can't see are omitted;
   * those that no longer hold or are in doubt are marked.
   *
   * @throws NotFoundError when the object itself can't be seen.
   */
  async lineage(ref: { readonly id: string }, options: LineageOptions): Promise<LineageNode[]> {
    return walkLineage(this.#actor, await this.#record(ref.id, 'all'), options)
  }

  /**
   * Retracts an object: it no longer holds. Reads by its ref are refused and say why, and lists omit it. Records
   * derived from it are in doubt, and their authors get an alert. The same content can't be put again under the same
   * label. Retracting it again changes nothing.
   *
   * Who put it first retracts it; others need the right `correct`.
   *
   * @throws NotFoundError, AccessError, OptionError, StoreError; CorrectedError when it was superseded
   */
  async retract(ref: { readonly id: string }, reason: string): Promise<Correction> {
    requireStrings('reason', [reason])
    this.#space.assertOpen()
    return (await correct(this.#actor, objectKey(ref.id), { reason, kind: 'object' })).correction
  }

  /**
   * Supersedes an object by another one, as {@link retract} does, and names the other one to readers of the old.
   *
   * @param next - An object that holds.
   * @throws NotFoundError, AccessError, OptionError, StoreError; CorrectedError when one of the two was corrected before
   */
  async supersede(
    ref: { readonly id: string },
    next: { readonly id: string },
    options: SupersedeOptions = {},
  ): Promise<Correction> {
    const { reason } = requireOptions('objects.supersede', options, supersedeKinds)
    requireIds('next', [next.id])
    this.#space.assertOpen()
    const request = { reason, next: { id: next.id }, kind: 'object' }
    return (await correct(this.#actor, objectKey(ref.id), request)).correction
  }

  /**
   * Publishes an object under a lower label, and resolves to the new handle. The old
   * object stays as it was; the new one is derived from it. Needs the right `declassify`.
   *
   * @throws AccessError without the right; NotFoundError when there is no such
   * object that this principal can see; OptionError when the label would not
   * be lower.
   */
  async declassify<T>(ref: Ref<T>, options: DeclassifyOptions): Promise<Ref<T>> {
    const record = await this.#record(ref.id)
    const { value, derivedFrom } = record
    const { size, mediaType } = objectInfo(record)
    const id = objectId(hashOf(ref.id), declassifiedLabel(options))
    const [known] = await this.#actor.unseen.read([objectKey(id)])
    const { ttlMs } = lastingOf(this.#actor, known, remainingMs(this.#actor, record))
    const sources = [...new Set([...(known?.derivedFrom ?? []), ...derivedFrom, ref.id])].toSorted()
    await declassify(this.#actor, record, options, async (meta) => {
      await this.#storeUnder(hashOf(ref.id), meta.sensitivity)
      return {
        type: 'set',
        key: objectKey(id),
        value,
        meta: { ...meta, derivedFrom: sources },
        ifVersion: known?.version ?? 0,
        ttlMs,
      }
    })
    return { id, size, mediaType }
  }

  /** Stores content under one more level, which may need another form of it. */
  async #storeUnder(hash: string, level: Level): Promise<void> {
    const opened = await this.#space.shelf.open(hash)
    if (!opened) return
    await this.#space.shelf.put(opened.bytes, Promise.resolve(level))
    opened.release()
  }

  async #record(id: string, include: Include = 'holding'): Promise<Shown> {
    this.#space.assertOpen()
    const seen = await this.#actor.load('objects', id, 'read', 'all')
    if (!seen) throw new NotFoundError('object', id)
    if (seen.isWithdrawn && include !== 'all') throw await correctedError(this.#actor, seen)
    // The content opens under any label: a record that was tampered with must not lead to it, nor to sources.
    assertReadable(seen.value)
    return seen
  }

  async #open(ref: Ref, options: GetOptions, call: string): Promise<{ opened: OpenBytes; mediaType: string }> {
    const { include } = requireOptions(call, options, getKinds)
    requireInclude(include)
    const record = await this.#record(ref.id, include)
    const opened = await this.#space.shelf.open(hashOf(ref.id))
    if (!opened) throw new NotFoundError('object', ref.id)
    this.#actor.scope?.noteObject(record)
    this.#space.counters.add('sharedReads', opened.isCopy ? 0 : 1)
    this.#space.counters.add('bytesCopied', opened.isCopy ? opened.bytes.length : 0)
    return { opened, mediaType: ref.mediaType ?? objectInfo(record).mediaType }
  }

  #handOut(opened: OpenBytes): Uint8Array {
    const { scope } = this.#actor
    if (opened.isCopy) return opened.bytes
    if (scope && !scope.copies) {
      scope.onEnd(opened.release)
      return opened.bytes
    }
    const copy = Uint8Array.from(opened.bytes)
    opened.release()
    this.#space.counters.add('bytesCopied', copy.length)
    return copy
  }
}

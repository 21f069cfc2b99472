import { readSentences } from '@skein/core/executor'
import { NotFoundError } from '@skein/memory'
import type { Ref, View } from '@skein/memory'
import { allRecords, objectInfoOf } from '@skein/memory/runtime'
import type { AnyRecord } from '@skein/memory/runtime'
import type { Label } from '@skein/memory/store'

import { contentsOf, contentsTag } from '../report/note.ts'
import type { Contents, Part } from '../report/note.ts'
import { digestNow, stateOf } from './file-state.ts'
import type { HeldDocument, HeldText } from './held-text.ts'

interface Reading {
  readonly contents: Contents
  readonly label: Label
}

/** Objects read at the same time. */
const parallel = 64

/**
 * The files that a memory holds. Of a file that was read more than once, it is what the file says now, or else what was
 * read last.
 */
export async function heldDocuments(view: View, signal: AbortSignal): Promise<HeldDocument[]> {
  const versions = new Map<string, Reading[]>()
  for await (const record of allRecords(view.records, { collection: 'objects', tags: [contentsTag] })) {
    signal.throwIfAborted()
    const contents = await storedContents(view, record)
    if (!contents || contents.parts.length === 0) continue
    // Nothing says whether two readings of standard input are of the same text.
    const name = contents.path ?? `${contents.source} ${digestOf(contents)}`
    const known = versions.get(name)
    const { sensitivity, compartments } = record
    const reading = { contents, label: { sensitivity, compartments } }
    if (known) known.push(reading)
    else versions.set(name, [reading])
  }
  const documents: HeldDocument[] = []
  // One by one: files may be large.
  for (const all of versions.values()) documents.push(await presentVersion(all, signal))
  return documents
}

async function presentVersion(all: readonly Reading[], signal: AbortSignal): Promise<HeldDocument> {
  const last = all[0] as Reading
  const { path } = last.contents
  const now = path === undefined ? 'unknown' : await digestNow(path, signal)
  const known = all.flatMap((reading) => reading.contents.parts.map(({ text }) => text.id))
  const { contents, label } = all.find((reading) => digestOf(reading.contents) === now) ?? last
  return { source: contents.source, state: stateOf(now, digestOf(contents)), parts: contents.parts, label, known }
}

function digestOf({ parts }: Contents): string | undefined {
  return parts[0]?.source
}

async function storedContents(view: View, record: AnyRecord): Promise<Contents | undefined> {
  const info = objectInfoOf(record.value)
  const stored = info && (await contentOf<Contents | readonly Part[]>(view, { id: record.id, ...info }))
  return stored && contentsOf(stored, info.title)
}

/** `undefined` for what was forgotten, or is not for this principal. */
async function contentOf<T>(view: View, ref: Ref): Promise<T | undefined> {
  try {
    return (await view.objects.get(ref)) as T
  } catch (error) {
    if (error instanceof NotFoundError) return undefined
    throw error
  }
}

/** The sentences of files. */
export async function textsOfDocuments(view: View, documents: readonly HeldDocument[]): Promise<HeldText[]> {
  const all = documents.flatMap((document) => document.parts.map((part) => ({ document, part })))
  const texts: HeldText[] = []
  for (let at = 0; at < all.length; at += parallel) {
    const some = all.slice(at, at + parallel)
    const contents = await Promise.all(some.map(({ part }) => contentOf<string>(view, part.text)))
    for (const [index, { document, part }] of some.entries()) {
      const text = contents[index]
      if (text === undefined) continue
      texts.push({ text, ...readSentences(text, part.language), origin: { kind: 'file', document, part } })
    }
  }
  return texts
}

import type { LineageItem, RecordDetail, RecordRow } from '../../src/protocol/protocol.ts'

/** A sentence with its citations. */
export interface CitedSentence {
  readonly text: string
  readonly citations: readonly { readonly source: string; readonly start: number; readonly end: number }[]
}

/** Finds the cited sentences in a value, at any depth. */
export function citedSentences(json: string): readonly CitedSentence[] {
  if (!json.includes('"citations"')) return []
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return []
  }
  const found: CitedSentence[] = []
  collect(value, found, 0)
  return found
}

const maxDepth = 8

function collect(value: unknown, found: CitedSentence[], depth: number): void {
  if (typeof value !== 'object' || value === null || depth > maxDepth) return
  const { text, citations } = value as Partial<CitedSentence>
  if (typeof text === 'string' && Array.isArray(citations)) {
    found.push({ text, citations: citations.filter(isCitation) })
    return
  }
  for (const part of Object.values(value)) collect(part, found, depth + 1)
}

function isCitation(value: unknown): value is CitedSentence['citations'][number] {
  const { source, start, end } = (value ?? {}) as Readonly<Record<string, unknown>>
  return typeof source === 'string' && typeof start === 'number' && typeof end === 'number'
}

/** A place in a source, in UTF-16 offsets. */
export type Citation = CitedSentence['citations'][number]

/** A part of a source, and what of it is cited: `<start>-<end>-<length>`, where the part's text is the source's own. */
export interface CitedPart {
  readonly id: string
  readonly mark: string
}

/**
 * The part of a source that a citation means: the one whose tag `at:<start>-<end>` covers it.
 *
 * @param parts - The records with the tag `part` whose task is the source.
 */
export function citedPart(
  { start, end }: Citation,
  parts: readonly Pick<RecordRow, 'id' | 'tags'>[],
): CitedPart | undefined {
  for (const { id, tags } of parts) {
    const [, from = '', to = ''] = tags.map((tag) => /^at:(\d+)-(\d+)$/.exec(tag)).find(Boolean) ?? []
    if (from === '' || start < Number(from) || start >= Number(to)) continue
    return { id, mark: `${start - Number(from)}-${end - Number(from)}-${Number(to) - Number(from)}` }
  }
  return undefined
}

/** Sources searched for one sentence. */
const maxSources = 240
/** Sources loaded at the same time. */
const batchSize = 12
/** Titles of parts of a source often contain such a tag, so they are searched first. */
const partTitle = /\b(part|section|page|chunk|source)s?\b/i

/** Finds a source that contains a sentence literally; among several the shortest, so a part rather than the whole. */
export async function findSource(
  sentence: string,
  sources: readonly LineageItem[],
  open: (collection: string, id: string) => Promise<RecordDetail | undefined>,
): Promise<LineageItem | undefined> {
  const wanted = normalize(sentence)
  const unique = [...new Map(sources.map((item) => [item.id, item])).values()]
  const rank = ({ title }: LineageItem): number => (partTitle.test(title) ? 0 : 1)
  const queue = unique.toSorted((a, b) => rank(a) - rank(b) || a.depth - b.depth).slice(0, maxSources)
  while (queue.length > 0) {
    const batch = await Promise.all(
      queue.splice(0, batchSize).map(async (item) => {
        // A source may be gone, or above the viewer's clearance; another may contain the sentence.
        const detail = await open(item.collection, item.id).catch(() => undefined)
        return { item, text: detail?.content?.text ?? detail?.value ?? '' }
      }),
    )
    // Notes contain the sentence too, but a record with citations of its own is no source.
    const matches = batch.filter(({ text }) => normalize(text).includes(wanted) && citedSentences(text).length === 0)
    const [shortest] = matches.toSorted((a, b) => a.text.length - b.text.length)
    if (shortest) return shortest.item
  }
  return undefined
}

/** Texts match regardless of line breaks, and of JSON's escapes for them. */
function normalize(text: string): string {
  return text.replaceAll(/\\[nrt]|\s+/g, ' ').replaceAll('\\"', '"')
}

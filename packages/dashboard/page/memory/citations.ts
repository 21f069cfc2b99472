import type { LineageItem, RecordDetail } from '../../src/protocol/protocol.ts'

/** A sentence that says where it stands. */
export interface CitedSentence {
  readonly text: string
  readonly citations: readonly { readonly source: string; readonly start: number; readonly end: number }[]
}

/** The cited sentences in a value, wherever they stand in it. */
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

function collect(value: unknown, found: CitedSentence[], depth: number): void {
  if (typeof value !== 'object' || value === null || depth > 8) return
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

/** Sources that are looked into for a sentence at most, and at the same time. */
const mostSources = 240
const atOnce = 12
/** What was cut out of a source is often tagged so: it is looked into first. */
const likely = /\b(part|section|page|chunk|source)s?\b/i

/** A source that says a sentence word for word; of several the smallest, so a part before the whole. */
export async function findSource(
  sentence: string,
  sources: readonly LineageItem[],
  open: (collection: string, id: string) => Promise<RecordDetail | undefined>,
): Promise<LineageItem | undefined> {
  const wanted = squeezed(sentence)
  const different = [...new Map(sources.map((item) => [item.id, item])).values()]
  const rank = ({ title }: LineageItem): number => (likely.test(title) ? 0 : 1)
  const queue = different.toSorted((a, b) => rank(a) - rank(b) || a.depth - b.depth).slice(0, mostSources)
  while (queue.length > 0) {
    const batch = await Promise.all(
      queue.splice(0, atOnce).map(async (item) => {
        // A source that is gone, or that this person may not see, quotes nothing: the next one may.
        const detail = await open(item.collection, item.id).catch(() => undefined)
        return { item, text: detail?.content?.text ?? detail?.value ?? '' }
      }),
    )
    // Notes quote it too: what cites something itself is no source.
    const saying = batch.filter(({ text }) => squeezed(text).includes(wanted) && citedSentences(text).length === 0)
    const [best] = saying.toSorted((a, b) => a.text.length - b.text.length)
    if (best) return best.item
  }
  return undefined
}

/** Texts are the same whatever their line breaks; JSON escapes some of what it holds. */
function squeezed(text: string): string {
  return text.replaceAll(/\\[nrt]|\s+/g, ' ').replaceAll('\\"', '"')
}

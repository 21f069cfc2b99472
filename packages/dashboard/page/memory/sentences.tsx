import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'

import type { RecordDetail } from '../../src/protocol/protocol.ts'
import { linkTo } from '../state/route.ts'
import { cut } from '../ui/plain.ts'
import { Text } from '../ui/text.tsx'
import { Unlisted } from '../ui/unlisted.tsx'
import { citedPart, citedSentences, findSource } from './citations.ts'
import type { Citation, CitedPart } from './citations.ts'
import { listRecords, openRecord } from './record-source.ts'

const maxSentences = 60

/** Options of {@link Sentences}. */
export interface SentencesProps {
  readonly record: RecordDetail
  /** @defaultValue 'Sentences' */
  readonly title?: string
}

/** The cited sentences of a note or an answer, each with a link to the source that contains it. */
export function Sentences({ record, title = 'Sentences' }: SentencesProps): VNode | null {
  const status = useSignal<string | undefined>(undefined)
  const sentences = citedSentences(record.content?.text ?? record.value)
  if (sentences.length === 0) return null
  const follow = async (text: string, citation: Citation): Promise<void> => {
    status.value = 'Opening the source …'
    // What can't be found by its place is searched for.
    const part = await partOf(citation).catch(() => undefined)
    if (part) {
      location.hash = linkTo('memory', ['objects', part.id], { quote: cut(text, 400), mark: part.mark })
      return
    }
    status.value = 'Searching the sources …'
    const source = await findSource(text, record.sources, openRecord)
    status.value = source ? undefined : 'None of the sources within your clearance contains this sentence.'
    if (source) location.hash = linkTo('memory', [source.collection, source.id], { quote: cut(text, 400) })
  }
  return (
    <section>
      <h3>{title}</h3>
      <ol class="sentences">
        {sentences.slice(0, maxSentences).map(({ text, citations }, index) => (
          <li key={index}>
            <Text of={text} maxLength={600} />
            {citations.slice(0, 6).map((citation) => (
              <button
                key={`${citation.source} ${citation.start}`}
                type="button"
                class="citation"
                onClick={() => void follow(text, citation)}
              >
                source {citation.start}–{citation.end}
              </button>
            ))}
          </li>
        ))}
      </ol>
      <Unlisted all={sentences.length} listed={maxSentences} one="sentence" />
      {status.value !== undefined && (
        <p class="hint" role="status">
          {status.value}
        </p>
      )}
    </section>
  )
}

/** Asks for the parts of a source until the cited one is among them; sources of other programs have none. */
async function partOf(citation: Citation): Promise<CitedPart | undefined> {
  const query = { collection: 'objects', task: citation.source, tag: 'part' }
  for (let cursor: string | undefined; ;) {
    const page = await listRecords(query, cursor)
    const part = citedPart(citation, page.rows)
    if (part || page.cursor === undefined) return part
    cursor = page.cursor
  }
}

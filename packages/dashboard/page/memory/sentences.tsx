import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'

import type { RecordDetail } from '../../src/protocol/protocol.ts'
import { linkTo } from '../state/route.ts'
import { cut } from '../ui/plain.ts'
import { Text } from '../ui/text.tsx'
import { citedSentences, findSource } from './citations.ts'
import { openRecord } from './record-source.ts'

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
  const follow = async (text: string): Promise<void> => {
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
            {citations.slice(0, 6).map(({ source, start, end }) => (
              <button key={`${source} ${start}`} type="button" class="citation" onClick={() => void follow(text)}>
                source {start}–{end}
              </button>
            ))}
          </li>
        ))}
      </ol>
      {status.value !== undefined && (
        <p class="hint" role="status">
          {status.value}
        </p>
      )}
    </section>
  )
}

import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'

import type { RecordDetail } from '../../src/protocol/protocol.ts'
import { linkTo } from '../state/route.ts'
import { cut } from '../ui/plain.ts'
import { Text } from '../ui/text.tsx'
import { citedSentences, findSource } from './citations.ts'
import { openRecord } from './record-source.ts'

const mostSentences = 60

/** The sentences of a note or an answer: each leads to the part that says it. */
export function Sentences({ record }: { record: RecordDetail }): VNode | null {
  const note = useSignal<string | undefined>(undefined)
  const sentences = citedSentences(record.content?.text ?? record.value)
  if (sentences.length === 0) return null
  const follow = async (text: string): Promise<void> => {
    note.value = 'Looking for the source …'
    const source = await findSource(text, record.sources, openRecord)
    note.value = source ? undefined : 'None of the sources that you may see says this word for word.'
    if (source) location.hash = linkTo('memory', [source.collection, source.id], { quote: cut(text, 400) })
  }
  return (
    <section>
      <h3>Sentences</h3>
      <ol class="sentences">
        {sentences.slice(0, mostSentences).map(({ text, citations }, index) => (
          <li key={index}>
            <Text of={text} most={600} />
            {citations.slice(0, 6).map(({ source, start, end }) => (
              <button key={`${source} ${start}`} type="button" class="citation" onClick={() => void follow(text)}>
                source <Text of={source} most={8} /> {start}–{end}
              </button>
            ))}
          </li>
        ))}
      </ol>
      {note.value !== undefined && (
        <p class="hint" role="status">
          {note.value}
        </p>
      )}
    </section>
  )
}

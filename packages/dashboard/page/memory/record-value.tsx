import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'

import type { RecordDetail } from '../../src/protocol/protocol.ts'
import { amount } from '../ui/amounts.ts'
import { prettyJson } from '../ui/pretty-json.ts'

const shortLength = 6_000

/** Options of {@link RecordValue}. */
export interface RecordValueProps {
  readonly record: RecordDetail
  /** To highlight. */
  readonly quote: string | undefined
  /** To highlight where the quote is not found, as of a sentence in other words: see `CitedPart`. */
  readonly mark?: string | undefined
}

/** The value or content of a record, as text or as indented JSON, with a quote highlighted. */
export function RecordValue({ record, quote, mark }: RecordValueProps): VNode {
  const isWhole = useSignal(false)
  const { content, value } = record
  const text = content
    ? content.mediaType.includes('json')
      ? prettyJson(content.text)
      : content.text
    : prettyJson(value)
  const range = (quote === undefined ? undefined : findQuote(text, quote)) ?? rangeOf(mark, text)
  const start = range && !isWhole.value ? Math.max(0, range.start - shortLength / 3) : 0
  const end = isWhole.value ? text.length : Math.min(text.length, start + shortLength)
  return (
    <section>
      <h3>{content ? `Content, ${content.mediaType.slice(0, 60)}` : 'Value'}</h3>
      {text === '' ? (
        <p class="hint">The value of this version is not available.</p>
      ) : (
        <pre class="value" tabindex={0} role="region" aria-label="Value">
          {start > 0 && '… '}
          <bdi>{range ? text.slice(start, range.start) : text.slice(start, end)}</bdi>
          {range && (
            <>
              <mark
                ref={(element) => {
                  if (element && !element.dataset['seen']) {
                    element.dataset['seen'] = 'yes'
                    element.scrollIntoView({ block: 'center' })
                  }
                }}
              >
                {text.slice(range.start, range.end)}
              </mark>
              <bdi>{text.slice(range.end, end)}</bdi>
            </>
          )}
          {end < text.length && ' …'}
        </pre>
      )}
      {!isWhole.value && text.length > shortLength && (
        <button type="button" onClick={() => (isWhole.value = true)}>
          Show all {amount(text.length)} characters
        </button>
      )}
      {(content?.isCut ?? record.isCut) && <p class="hint">Cut: the page received only the beginning.</p>}
    </section>
  )
}

/** The part of a quote that is searched for, in UTF-16 units: it bounds the work on texts that repeat themselves. */
const maxQuoteChars = 500

function rangeOf(mark: string | undefined, text: string): { start: number; end: number } | undefined {
  const [, start, end, length] = (/^(\d+)-(\d+)-(\d+)$/.exec(mark ?? '') ?? []).map(Number)
  // Of a text that was extracted, such as a PDF's, offsets into the source are none into the text.
  if (start === undefined || end === undefined || length !== text.length) return undefined
  return { start, end }
}

/** Finds a quote in a text, regardless of the white space between its words. */
function findQuote(text: string, quote: string): { start: number; end: number } | undefined {
  const wanted = folded(quote.replace(/…$/, '').slice(0, maxQuoteChars).trim())
  const at = wanted === '' ? -1 : folded(text).indexOf(wanted)
  return at === -1 ? undefined : { start: unfolded(text, at), end: unfolded(text, at + wanted.length - 1) + 1 }
}

function folded(text: string): string {
  return text.replaceAll(/\s+/g, ' ')
}

/** Where a letter of the folded text is in the text. */
function unfolded(text: string, at: number): number {
  let left = 0
  for (const { 0: space, index } of text.matchAll(/\s+/g)) {
    if (index - left > at) break
    left += space.length - 1
  }
  return at + left
}

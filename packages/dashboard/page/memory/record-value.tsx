import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'

import type { RecordDetail } from '../../src/protocol/protocol.ts'
import { amount } from '../ui/amounts.ts'
import { prettyJson } from '../ui/pretty-json.ts'

const shortLength = 6_000

/** The value or content of a record, as text or as indented JSON, with a quote highlighted. */
export function RecordValue({ record, quote }: { record: RecordDetail; quote: string | undefined }): VNode {
  const isWhole = useSignal(false)
  const { content, value } = record
  const text = content
    ? content.mediaType.includes('json')
      ? prettyJson(content.text)
      : content.text
    : prettyJson(value)
  const range = quote === undefined ? undefined : findQuote(text, quote)
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

/** Finds a quote in a text, regardless of the white space between its words. */
function findQuote(text: string, quote: string): { start: number; end: number } | undefined {
  const words = quote.replace(/…$/, '').split(/\s+/).filter(Boolean)
  const pattern = words.map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join(String.raw`\s+`)
  const match = pattern === '' ? undefined : new RegExp(pattern).exec(text)
  return match ? { start: match.index, end: match.index + match[0].length } : undefined
}

import type { VNode } from 'preact'

import type { TraceSpan } from '../../src/protocol/protocol.ts'
import { prettyJson } from '../ui/pretty-json.ts'

/** What went into a span or came out of it. Messages of a model stand below who said them. */
export function SpanText({ name, text }: TraceSpan['texts'][number]): VNode | null {
  const shown = messagesIn(text) ?? prettyJson(text)
  if (shown === '') return null
  return (
    <section>
      <h3>{name}</h3>
      <pre class="value short" tabindex={0} aria-label={name}>
        <bdi>{shown}</bdi>
      </pre>
    </section>
  )
}

interface Message {
  readonly role?: unknown
  readonly parts?: readonly { readonly content?: unknown }[]
}

/** The messages in a list of them, as text; `undefined` for anything else. */
function messagesIn(json: string): string | undefined {
  try {
    const value = JSON.parse(json) as unknown
    if (!Array.isArray(value)) return undefined
    const messages = value as readonly (Message | null)[]
    if (!messages.every((message) => Array.isArray(message?.parts))) return undefined
    return messages
      .map(
        (message) => `${String(message?.role)}:\n${message?.parts?.map(({ content }) => String(content)).join('\n')}`,
      )
      .join('\n\n')
  } catch {
    // It was cut.
    return undefined
  }
}

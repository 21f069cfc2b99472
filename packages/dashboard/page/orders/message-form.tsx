import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useRef } from 'preact/hooks'

import { give } from './order-state.ts'

/** A message to an agent, as JSON or just its type. */
export function MessageForm({ agent, why }: { readonly agent: string; readonly why: () => string }): VNode {
  const field = useRef<HTMLTextAreaElement>(null)
  const inputError = useSignal<string | undefined>(undefined)
  const send = async (): Promise<void> => {
    const message = messageOf(field.current?.value.trim() ?? '')
    inputError.value = message === undefined ? 'Write a type, such as hurry, or a JSON object with a type.' : undefined
    if (message === undefined) return field.current?.focus()
    const isSent = await give(agent, { do: 'send', message, why: why() }, 'The message is in its mailbox.')
    if (isSent && field.current) field.current.value = ''
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      <label>
        <span>Message: its type, or a JSON object</span>
        <textarea
          ref={field}
          rows={2}
          placeholder='{ "type": "hurry" }'
          aria-invalid={inputError.value !== undefined}
          aria-describedby="message-error"
        />
      </label>
      <p id="message-error" class="bad" role="alert">
        {inputError.value}
      </p>
      <button type="submit">Send message</button>
    </form>
  )
}

/** JSON text of the message; `undefined` for a text that is none. */
function messageOf(text: string): string | undefined {
  if (/^[\w.-]+$/.test(text)) return JSON.stringify({ type: text })
  try {
    const message = JSON.parse(text) as { readonly type?: unknown } | null
    return typeof message?.type === 'string' ? text : undefined
  } catch {
    return undefined
  }
}

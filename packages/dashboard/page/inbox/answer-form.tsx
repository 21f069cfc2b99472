import { useSignal } from '@preact/signals'
import type { Signal } from '@preact/signals'
import type { VNode } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'

import type { InboxItem } from '../../src/protocol/protocol.ts'
import { Segments } from '../ui/segments.tsx'
import { act } from './inbox-state.ts'
import type { Form } from './inbox-state.ts'

/** Ways to end it without an answer. */
const refusals = {
  decline: {
    label: 'Why not',
    send: 'Decline',
    done: 'Declined: who waits hears that it is not to be done, and why.',
  },
  'hand-back': {
    label: 'Why there is no answer',
    send: 'Hand back',
    done: 'Handed back: who waits goes on without an answer.',
  },
} as const

/** Where an answer is written, or why there is none. */
export function AnswerForm({ item, form }: { item: InboxItem; form: Signal<Form> }): VNode {
  const way = form.value === 'decline' || form.value === 'hand-back' ? form.value : undefined
  const refusal = way && refusals[way]
  const kind = useSignal<'text' | 'json'>('text')
  const trouble = useSignal<string | undefined>(undefined)
  const field = useRef<HTMLTextAreaElement>(null)
  // At once: the next key is already the first of the answer.
  useLayoutEffect(() => field.current?.focus(), [])

  const send = async (): Promise<void> => {
    const text = field.current?.value.trim() ?? ''
    trouble.value = problemOf(text, !way && kind.value === 'json')
    if (trouble.value !== undefined) return
    const isDone = way
      ? await act(item, { do: way, why: text }, refusals[way].done)
      : await act(
          item,
          { do: 'answer', answer: kind.value === 'json' ? text : JSON.stringify(text) },
          'Answered: who waits goes on with it.',
        )
    if (isDone) form.value = undefined
  }
  return (
    <form
      class="answer-form"
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      {!refusal && (
        <Segments
          label="Answer as"
          value={kind}
          options={[
            ['text', 'Text'],
            ['json', 'JSON'],
          ]}
        />
      )}
      <label>
        <span>{refusal?.label ?? (kind.value === 'json' ? 'Your answer, as JSON' : 'Your answer')}</span>
        <textarea
          ref={field}
          rows={4}
          aria-invalid={trouble.value !== undefined}
          aria-describedby="answer-trouble"
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
              event.preventDefault()
              void send()
            }
          }}
        />
      </label>
      <p id="answer-trouble" class="bad" role="alert">
        {trouble.value}
      </p>
      <button type="submit" class="primary">
        {refusal?.send ?? 'Send answer'} <kbd>Ctrl Enter</kbd>
      </button>
      <button type="button" class="quiet" onClick={() => (form.value = undefined)}>
        Cancel <kbd>Esc</kbd>
      </button>
    </form>
  )
}

function problemOf(text: string, isJson: boolean): string | undefined {
  if (text === '') return 'Write something first.'
  if (!isJson) return undefined
  try {
    JSON.parse(text)
    return undefined
  } catch (error) {
    return `This is no JSON: ${error instanceof Error ? error.message : 'it can’t be read'}.`
  }
}

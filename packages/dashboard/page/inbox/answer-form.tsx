import { useSignal } from '@preact/signals'
import type { Signal } from '@preact/signals'
import type { VNode } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'

import type { InboxItem } from '../../src/protocol/protocol.ts'
import { Segments } from '../ui/segments.tsx'
import { act } from './inbox-state.ts'
import type { Form } from './inbox-state.ts'

/** Texts of the actions that end an escalation without an answer. */
const refusals = {
  decline: {
    label: 'Reason for declining',
    send: 'Decline',
    success: 'Declined. The waiting agent gets your reason.',
  },
  'hand-back': {
    label: 'Reason for handing back',
    send: 'Hand back',
    success: 'Handed back. The waiting agent continues without an answer.',
  },
} as const

/** The form for an answer, or for the reason why there is none. */
export function AnswerForm({ item, form }: { item: InboxItem; form: Signal<Form> }): VNode {
  const action = form.value === 'decline' || form.value === 'hand-back' ? form.value : undefined
  const refusal = action && refusals[action]
  const format = useSignal<'text' | 'json'>('text')
  const inputError = useSignal<string | undefined>(undefined)
  const field = useRef<HTMLTextAreaElement>(null)
  // At once, so that the next key already belongs to the answer.
  useLayoutEffect(() => field.current?.focus(), [])

  const send = async (): Promise<void> => {
    const text = field.current?.value.trim() ?? ''
    inputError.value = inputErrorOf(text, !action && format.value === 'json')
    if (inputError.value !== undefined) return
    const isDone = action
      ? await act(item, { do: action, why: text }, refusals[action].success)
      : await act(
          item,
          { do: 'answer', answer: format.value === 'json' ? text : JSON.stringify(text) },
          'Answered. The waiting agent continues with your answer.',
        )
    if (!isDone) return
    form.value = undefined
    // The field is gone: without this, the focus would leave the inbox.
    document.querySelector<HTMLElement>('.inbox-pane h2')?.focus({ preventScroll: true })
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
          value={format}
          options={[
            ['text', 'Text'],
            ['json', 'JSON'],
          ]}
        />
      )}
      <label>
        <span>{refusal?.label ?? (format.value === 'json' ? 'Your answer, as JSON' : 'Your answer')}</span>
        <textarea
          ref={field}
          rows={4}
          aria-invalid={inputError.value !== undefined}
          aria-describedby="answer-error"
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
              event.preventDefault()
              void send()
            }
          }}
        />
      </label>
      <p id="answer-error" class="bad" role="alert">
        {inputError.value}
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

function inputErrorOf(text: string, isJson: boolean): string | undefined {
  if (text === '') return 'Write something first.'
  if (!isJson) return undefined
  try {
    JSON.parse(text)
    return undefined
  } catch (error) {
    return `This is not valid JSON: ${error instanceof Error ? error.message : 'it cannot be parsed'}.`
  }
}

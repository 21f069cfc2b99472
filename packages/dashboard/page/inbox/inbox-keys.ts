import type { Signal } from '@preact/signals'

import { goTo, linkTo, route } from '../state/route.ts'
import { hasEnded } from '../state/scene.ts'
import { inOrder } from './inbox-order.ts'
import { act, isLive, items } from './inbox-state.ts'
import type { Form } from './inbox-state.ts'

/** The keys and what they do, for the help on the page. */
export const keyHelp: readonly (readonly [string, string])[] = [
  ['j k', 'next, previous'],
  ['Enter', 'open'],
  ['t', 'take'],
  ['r', 'release'],
  ['a', 'answer'],
  ['d', 'decline'],
  ['h', 'hand back'],
  ['Ctrl Enter', 'send'],
  ['Esc', 'back'],
]

/** Handles the keys of the inbox, wherever the focus is except in a text field. Returns a function that stops it. */
export function handleKeys(form: Signal<Form>): () => void {
  const end = new AbortController()
  addEventListener('keydown', (event) => onKey(event, form), { signal: end.signal })
  return () => end.abort()
}

function onKey(event: KeyboardEvent, form: Signal<Form>): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
  const target = event.target instanceof HTMLElement ? event.target : undefined
  const isTyping = target?.matches('input, textarea, select') ?? false
  if (event.key === 'Escape') {
    if (form.value !== undefined) form.value = undefined
    else if (!isTyping) goTo(linkTo('inbox'))
    return
  }
  if (isTyping) return
  const id = route.value.path[0]
  const item = items.value.find((one) => one.id === id)
  const canAct = item !== undefined && !hasEnded(item) && isLive()
  const actions: Readonly<Record<string, (() => void) | undefined>> = {
    j: () => step(1),
    k: () => step(-1),
    // A focused link or button keeps its own Enter.
    Enter: target?.matches('a, button, summary') || id !== undefined ? undefined : () => step(1),
    t: canAct ? () => void act(item, { do: 'take' }, 'Taken. It is assigned to you.') : undefined,
    r:
      canAct && item.state === 'taken'
        ? () => void act(item, { do: 'release' }, 'Released. It is open again.')
        : undefined,
    a: canAct ? () => (form.value = 'answer') : undefined,
    d: canAct ? () => (form.value = 'decline') : undefined,
    h: canAct ? () => (form.value = 'hand-back') : undefined,
  }
  const action = actions[event.key]
  if (!action) return
  event.preventDefault()
  action()
}

function step(by: 1 | -1): void {
  const order = inOrder(items.value)
  const index = order.findIndex(({ id }) => id === route.value.path[0])
  const next = order[index === -1 ? 0 : Math.min(order.length - 1, Math.max(0, index + by))]
  if (next) goTo(linkTo('inbox', [next.id]))
}

import type { Signal } from '@preact/signals'

import { goTo, linkTo, route } from '../state/route.ts'
import { inOrder } from './inbox-list.tsx'
import { act, hasEnded, isPresent, items } from './inbox-state.ts'
import type { Form } from './inbox-state.ts'

/** What each key does, as it is told on the page. */
export const keyWords: readonly (readonly [string, string])[] = [
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

/** Works through the inbox by keys alone, wherever the focus is, unless somebody is typing. */
export function followKeys(form: Signal<Form>): () => void {
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
  const canAct = item !== undefined && !hasEnded(item) && isPresent()
  const keys: Readonly<Record<string, (() => void) | undefined>> = {
    j: () => step(1),
    k: () => step(-1),
    // A link or a button that has the focus does what it does.
    Enter: target?.matches('a, button, summary') || id !== undefined ? undefined : () => step(1),
    t: canAct ? () => void act(item, { do: 'take' }, 'It is yours now.') : undefined,
    r: canAct && item.state === 'taken' ? () => void act(item, { do: 'release' }, 'It is open again.') : undefined,
    a: canAct ? () => (form.value = 'answer') : undefined,
    d: canAct ? () => (form.value = 'decline') : undefined,
    h: canAct ? () => (form.value = 'hand-back') : undefined,
  }
  const does = keys[event.key]
  if (!does) return
  event.preventDefault()
  does()
}

function step(by: 1 | -1): void {
  const order = inOrder(items.value)
  const index = order.findIndex(({ id }) => id === route.value.path[0])
  const next = order[index === -1 ? 0 : Math.min(order.length - 1, Math.max(0, index + by))]
  if (next) goTo(linkTo('inbox', [next.id]))
}

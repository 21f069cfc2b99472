import { signal } from '@preact/signals'
import type { Signal } from '@preact/signals'

/** Counts the times that this page has dropped what it had loaded. Whatever shows content begins anew with each. */
export const forgotten = signal(0)

const keepers = new Set<() => void>()

/** Registers something that keeps content of records for longer than a view is shown. */
export function onForgotten(forget: () => void): void {
  keepers.add(forget)
}

/** A signal for content of records: it takes its first value again when records were forgotten. */
export function contentSignal<Content>(first: Content): Signal<Content> {
  const content = signal(first)
  onForgotten(() => (content.value = first))
  return content
}

/** Drops all that this page has kept of what records said. */
export function forgetContent(): void {
  // First: what they ask for from now on is new.
  forgotten.value += 1
  for (const forget of keepers) forget()
}

import { signal } from '@preact/signals'

import type { PickedBar } from './pick-bar.ts'

/** What part of the folded time is seen: its end and its length, in milliseconds. */
export interface TimelineWindow {
  /** Undefined while it follows the present. */
  readonly end: number | undefined
  readonly length: number
}

/** A stretch of time that was marked, Unix milliseconds. */
export interface Range {
  readonly from: number
  readonly to: number
}

const shortest = 50
const startLength = 60_000

export const seen = signal<TimelineWindow>({ end: undefined, length: startLength })
export const range = signal<Range | undefined>(undefined)
/** How far the rows are scrolled, in pixels. */
export const scrolled = signal(0)
/** The run under the pointer, and the one that was chosen by key or click. */
export const pointed = signal<PickedBar | undefined>(undefined)
export const chosen = signal<PickedBar | undefined>(undefined)

/** The window in numbers: `total` is the folded length up to the moment that is shown. */
export function windowAt(total: number): { readonly from: number; readonly to: number } {
  const { end, length } = seen.value
  const fitting = Math.min(length, Math.max(total, 1_000))
  const to = end ?? Math.max(total, fitting)
  return { from: to - fitting, to }
}

/** Zooms so that what stands at `at` stays there. */
export function zoomTimeline(factor: number, at: number, total: number): void {
  const { from, to } = windowAt(total)
  const length = Math.min(Math.max((to - from) * factor, shortest), Math.max(total, shortest) * 1.2)
  const end = at + ((to - at) / (to - from)) * length
  seen.value = { length, end: end >= total ? undefined : end }
}

export function panTimeline(by: number, total: number): void {
  const { from, to } = windowAt(total)
  const end = Math.max(to + by, to - from)
  seen.value = { length: to - from, end: end >= total ? undefined : end }
}

/** Moves what is seen so that a stretch of the folded time lies in it. */
export function showFolded(start: number, end: number, total: number): void {
  const { from, to } = windowAt(total)
  if (start >= from && end <= to) return
  const length = Math.max(to - from, (end - start) * 1.2)
  const until = start < from ? start + length * 0.9 : end + length * 0.1
  seen.value = { length, end: until >= total ? undefined : Math.max(until, length) }
}

import { signal } from '@preact/signals'

import { contentSignal } from '../state/forgetting.ts'
import type { PickedBar } from './pick-bar.ts'

/** The visible part of the folded time, in milliseconds. */
export interface TimelineWindow {
  /** `undefined` while it follows the present. */
  readonly end: number | undefined
  readonly length: number
}

/** In milliseconds of folded time. */
const minLength = 50
const initialLength = 60_000

export const visibleWindow = signal<TimelineWindow>({ end: undefined, length: initialLength })
/** The scroll position of the rows, in pixels. */
export const scrollTop = signal(0)
export const hoveredBar = contentSignal<PickedBar | undefined>(undefined)
export const selectedBar = contentSignal<PickedBar | undefined>(undefined)

/**
 * The visible part in numbers.
 *
 * @param total - The folded length up to the moment that is shown.
 */
export function windowAt(total: number): { readonly from: number; readonly to: number } {
  const { end, length } = visibleWindow.value
  const width = Math.min(length, Math.max(total, 1_000))
  const to = end ?? Math.max(total, width)
  return { from: to - width, to }
}

/** Zooms around a point of the folded time. */
export function zoomTimeline(factor: number, at: number, total: number): void {
  const { from, to } = windowAt(total)
  const length = Math.min(Math.max((to - from) * factor, minLength), Math.max(total, minLength) * 1.2)
  const end = at + ((to - at) / (to - from)) * length
  visibleWindow.value = { length, end: end >= total ? undefined : end }
}

/** Moves the visible part. */
export function panTimeline(by: number, total: number): void {
  const { from, to } = windowAt(total)
  const end = Math.max(to + by, to - from)
  visibleWindow.value = { length: to - from, end: end >= total ? undefined : end }
}

/** Moves the visible part so that it contains a period of the folded time. */
export function revealFolded(start: number, end: number, total: number): void {
  const { from, to } = windowAt(total)
  if (start >= from && end <= to) return
  const length = Math.max(to - from, (end - start) * 1.2)
  const until = start < from ? start + length * 0.9 : end + length * 0.1
  visibleWindow.value = { length, end: until >= total ? undefined : Math.max(until, length) }
}

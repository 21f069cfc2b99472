import type { Heat } from './scene.ts'

/** After this time half of a heat is gone, in milliseconds. */
const halfLifeMs = 2_500

/** Nothing has happened. */
export const cold: Heat = { value: 0, at: 0 }

/** What is left of a heat at a moment. */
export function heatAt(heat: Heat, now: number): number {
  if (heat.value === 0) return 0
  return heat.value * 2 ** (-Math.max(0, now - heat.at) / halfLifeMs)
}

/** A heat after something more happened. */
export function warmer(heat: Heat, by: number, at: number): Heat {
  return { value: Math.min(heatAt(heat, at) + by, 12), at }
}

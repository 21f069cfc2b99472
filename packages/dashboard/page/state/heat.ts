import type { Heat } from './scene.ts'

/** A heat halves in this time, in milliseconds. */
const halfLifeMs = 2_500

const maxHeat = 12

/** No activity yet. */
export const cold: Heat = { value: 0, at: 0 }

/** The heat that is left at a time. */
export function heatAt(heat: Heat, now: number): number {
  if (heat.value === 0) return 0
  return heat.value * 2 ** (-Math.max(0, now - heat.at) / halfLifeMs)
}

/** A heat after one more event. */
export function warmer(heat: Heat, by: number, at: number): Heat {
  return { value: Math.min(heatAt(heat, at) + by, maxHeat), at }
}

/** Colors of the drawings in one theme. The style sheet defines the same ones for everything else. */
export interface Palette {
  readonly ground: string
  readonly text: string
  readonly muted: string
  readonly line: string
  readonly faint: string
  readonly accent: string
  readonly bad: string
  readonly good: string
  /** Colors of roles and activities, in the order in which they first appear. */
  readonly hues: readonly string[]
  /** The same colors with less contrast. */
  readonly dims: readonly string[]
}

// None is near the accent or `bad`.
const angles = [245, 165, 325, 205, 130, 290, 105]

export const darkPalette: Palette = {
  ground: '#0e1117',
  text: '#e8eaed',
  muted: '#9aa4b2',
  line: '#262d38',
  faint: '#171c25',
  accent: '#ffb454',
  bad: '#ff7b72',
  good: '#7ee0a6',
  hues: angles.map((angle) => `oklch(0.77 0.1 ${angle})`),
  dims: angles.map((angle) => `oklch(0.62 0.08 ${angle})`),
}

export const lightPalette: Palette = {
  ground: '#fbfaf7',
  text: '#1b1f26',
  muted: '#5a6472',
  line: '#dcd9d1',
  faint: '#f1eee8',
  accent: '#c2570c',
  bad: '#b3261e',
  good: '#1a7f4b',
  hues: angles.map((angle) => `oklch(0.52 0.12 ${angle})`),
  dims: angles.map((angle) => `oklch(0.64 0.09 ${angle})`),
}

const order = new Map<string, number>()

/** The color of a role or activity, the same as long as the page is open. */
export function hueOf(palette: Palette, name: string): string {
  return palette.hues[indexOf(name)] ?? palette.text
}

/** The same color with less contrast. */
export function dimOf(palette: Palette, name: string): string {
  return palette.dims[indexOf(name)] ?? palette.muted
}

function indexOf(name: string): number {
  const index = order.get(name) ?? order.size
  order.set(name, index)
  return index % angles.length
}

/** The pattern of a role or activity, so that color alone carries no meaning. */
export function patternOf(name: string): number {
  return [...order.keys()].indexOf(name) % 4
}

import { computed, effect, signal } from '@preact/signals'

import { darkPalette, lightPalette } from './palette.ts'
import type { Palette } from './palette.ts'

export type Theme = 'system' | 'light' | 'dark'

const storageKey = 'skein-theme'
const darkQuery = matchMedia('(prefers-color-scheme: dark)')
const motionQuery = matchMedia('(prefers-reduced-motion: reduce)')

const isSystemDark = signal(darkQuery.matches)
/** Whether fingers point, which have neither a wheel nor keys. */
export const hasTouch: boolean = matchMedia('(pointer: coarse)').matches
export const prefersReducedMotion = signal(motionQuery.matches)
export const theme = signal<Theme>(storedTheme())
export const isDark = computed(() => (theme.value === 'system' ? isSystemDark.value : theme.value === 'dark'))
/** The colors of the drawings. */
export const palette = computed<Palette>(() => (isDark.value ? darkPalette : lightPalette))

/** Applies the theme to the style sheet, and stores it for the next visit. */
export function followTheme(): void {
  darkQuery.addEventListener('change', ({ matches }) => (isSystemDark.value = matches))
  motionQuery.addEventListener('change', ({ matches }) => (prefersReducedMotion.value = matches))
  effect(() => {
    document.documentElement.dataset['theme'] = isDark.value ? 'dark' : 'light'
    try {
      localStorage.setItem(storageKey, theme.value)
    } catch {
      // A file, or a browser without storage: the theme lasts as long as the page.
    }
  })
}

function storedTheme(): Theme {
  try {
    const stored = localStorage.getItem(storageKey)
    return stored === 'light' || stored === 'dark' ? stored : 'system'
  } catch {
    return 'system'
  }
}

import { computed, effect, signal } from '@preact/signals'

import { darkPalette, lightPalette } from './palette.ts'
import type { Palette } from './palette.ts'

export type Theme = 'system' | 'light' | 'dark'

const storageKey = 'skein-theme'
const wantsDark = matchMedia('(prefers-color-scheme: dark)')
const wantsRest = matchMedia('(prefers-reduced-motion: reduce)')

const isSystemDark = signal(wantsDark.matches)
/** Whether the person asked for as little motion as possible. */
export const isCalm = signal(wantsRest.matches)
export const theme = signal<Theme>(remembered())
export const isDark = computed(() => (theme.value === 'system' ? isSystemDark.value : theme.value === 'dark'))
/** The colours for drawings. */
export const palette = computed<Palette>(() => (isDark.value ? darkPalette : lightPalette))

/** Keeps the style sheet with the theme, and the theme for the next visit. */
export function followTheme(): void {
  wantsDark.addEventListener('change', ({ matches }) => (isSystemDark.value = matches))
  wantsRest.addEventListener('change', ({ matches }) => (isCalm.value = matches))
  effect(() => {
    document.documentElement.dataset['theme'] = isDark.value ? 'dark' : 'light'
    try {
      localStorage.setItem(storageKey, theme.value)
    } catch {
      // A file, or a browser that keeps nothing: the choice lasts as long as the page.
    }
  })
}

function remembered(): Theme {
  try {
    const kept = localStorage.getItem(storageKey)
    return kept === 'light' || kept === 'dark' ? kept : 'system'
  } catch {
    return 'system'
  }
}

/**
 * Builds the page: `dist-page/` holds `index.html`, one script and one style
 * sheet, which an export inlines, and the layout of state charts, which the page
 * loads when one is opened.
 *
 * Run it, or import `buildPage`; `ensurePage` builds only when something changed.
 *
 * @module
 */

import { existsSync, globSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

import { build } from 'vite'

const root = import.meta.dirname

/** The folder of the built page. */
export const builtPage: string = join(root, '..', 'dist-page')

/** Builds the page, without network access. */
export async function buildPage(): Promise<void> {
  await build({
    root,
    base: './',
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      outDir: builtPage,
      emptyOutDir: true,
      target: 'es2023',
      // The polyfill would be a second script.
      modulePreload: { polyfill: false },
      cssCodeSplit: false,
      assetsInlineLimit: 0,
      reportCompressedSize: false,
      rolldownOptions: {
        output: {
          entryFileNames: 'assets/page-[hash].js',
          assetFileNames: 'assets/page-[hash][extname]',
          chunkFileNames: 'assets/[name]-[hash].js',
        },
      },
    },
  })
}

/** Builds the page if there is none, or if a source is newer. Concurrent processes build it once. */
export async function ensurePage(): Promise<void> {
  while (isStale()) {
    if (!takeLock()) {
      await setTimeout(200)
      continue
    }
    try {
      if (isStale()) await buildPage()
    } finally {
      rmSync(lock, { recursive: true, force: true })
    }
  }
}

const lock = `${builtPage}.lock`
/** A lock older than this was left by a killed process, in milliseconds. */
const maxBuildMs = 60_000

function takeLock(): boolean {
  try {
    mkdirSync(lock)
    return true
  } catch {
    const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
    if (age > maxBuildMs) rmSync(lock, { recursive: true, force: true })
    return false
  }
}

function isStale(): boolean {
  const built = join(builtPage, 'index.html')
  const sources = globSync('**/*.{ts,tsx,css,html}', { cwd: root }).map((name) => statSync(join(root, name)).mtimeMs)
  return !existsSync(built) || statSync(built).mtimeMs < Math.max(...sources)
}

if (import.meta.main) await buildPage()

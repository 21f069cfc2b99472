/**
 * Puts the page together: `dist-page/` holds `index.html`, one script and one
 * style sheet, which is all that the server serves and an export carries.
 *
 * Run it, or import `buildPage`; `ensurePage` builds only what is out of date.
 *
 * @module
 */

import { existsSync, globSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

import { build } from 'vite'

const root = import.meta.dirname

/** Where the built page lies. */
export const builtPage: string = join(root, '..', 'dist-page')

/** Builds the page; nothing is fetched. */
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
      // It would be a script of its own.
      modulePreload: { polyfill: false },
      cssCodeSplit: false,
      assetsInlineLimit: 0,
      reportCompressedSize: false,
      rolldownOptions: {
        output: {
          entryFileNames: 'assets/page-[hash].js',
          assetFileNames: 'assets/page-[hash][extname]',
          codeSplitting: false,
        },
      },
    },
  })
}

/** Builds the page when there is none, or when a source is newer. Processes that want it at the same time build it once. */
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
/** Whoever holds the lock for longer was killed. */
const longestBuildMs = 60_000

function takeLock(): boolean {
  try {
    mkdirSync(lock)
    return true
  } catch {
    const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
    if (age > longestBuildMs) rmSync(lock, { recursive: true, force: true })
    return false
  }
}

function isStale(): boolean {
  const built = join(builtPage, 'index.html')
  const sources = globSync('**/*.{ts,tsx,css,html}', { cwd: root }).map((name) => statSync(join(root, name)).mtimeMs)
  return !existsSync(built) || statSync(built).mtimeMs < Math.max(...sources)
}

if (import.meta.main) await buildPage()

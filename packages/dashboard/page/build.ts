/**
 * Puts the page together: `dist-page/` holds `index.html`, one script and one
 * style sheet, which is all that the server serves and an export carries.
 *
 * Run it, or import `buildPage`; `ensurePage` builds only what is out of date.
 *
 * @module
 */

import { existsSync, globSync, statSync } from 'node:fs'
import { join } from 'node:path'

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

/** Builds the page when there is none, or when a source is newer. */
export async function ensurePage(): Promise<string> {
  const built = join(builtPage, 'index.html')
  const sources = globSync('**/*.{ts,tsx,css,html}', { cwd: root }).map((name) => statSync(join(root, name)).mtimeMs)
  if (!existsSync(built) || statSync(built).mtimeMs < Math.max(...sources)) await buildPage()
  return builtPage
}

if (import.meta.main) await buildPage()

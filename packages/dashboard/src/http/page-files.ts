import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { ownFile } from '@skein/memory/runtime'

/** A file of the page. */
export interface PageFile {
  readonly bytes: ArrayBuffer
  readonly mediaType: string
  /** Whether its name changes with its content, so that browsers may cache it forever. */
  readonly isHashed: boolean
}

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
}

/**
 * Reads all files of the built page, by path; `''` is the page itself. They are
 * read once, so no request ever names a file on disk.
 */
export function readPageFiles(folder: string = pageFolder()): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>()
  if (!existsSync(join(folder, 'index.html'))) return new Map([['', notBuilt]])
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const mediaType = mediaTypes[extname(path)]
    if (mediaType === undefined) continue
    const name = path.replaceAll('\\', '/')
    files.set(name === 'index.html' ? '' : name, {
      bytes: new Uint8Array(readFileSync(join(folder, path))).buffer,
      mediaType,
      isHashed: name.startsWith('assets/'),
    })
  }
  return files
}

/** The built page: beside `src` in a checkout, beside `dist` in the package. */
function pageFolder(): string {
  return fileURLToPath(ownFile('@skein/dashboard', import.meta.url, 'page-files', '../../dist-page'))
}

const notBuilt: PageFile = {
  bytes: new TextEncoder().encode(
    '<!doctype html><html lang="en"><title>Skein</title><p>The page is not built. ' +
      'In a checkout, run <code>node packages/dashboard/page/build.ts</code>. Requests under <code>/api/</code> work without it.',
  ).buffer,
  mediaType: 'text/html; charset=utf-8',
  isHashed: false,
}

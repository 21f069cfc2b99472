import { existsSync } from 'node:fs'

import { OptionError } from '@skein/memory/values'

/** What the compilers and bundlers of TypeScript make of a file, most likely first. */
const built: Readonly<Record<string, readonly string[]>> = {
  '.ts': ['.js', '.mjs', '.cjs'],
  '.tsx': ['.js', '.mjs', '.cjs'],
  '.mts': ['.mjs', '.js'],
  '.cts': ['.cjs', '.js'],
}

const expected =
  "the URL of a module, such as new URL('./report.ts', import.meta.url) or import.meta.resolve('./report.ts'), " +
  "or pathToFileURL(join(process.cwd(), 'activities/report.ts')) where a bundler makes that the address of an asset"

/**
 * The URL of a module of activities. Where a TypeScript file is not there, because the app was built, it is the
 * JavaScript beside it.
 *
 * @param given - A URL, or what `import.meta.resolve` returns.
 * @throws OptionError when it is not an absolute URL.
 */
export function moduleUrl(given: URL | string): string {
  // A URL of another realm, such as a test runner's, is an instance of another class.
  const text = typeof given === 'object' && given !== null ? given.href : given
  const url = typeof text === 'string' ? URL.parse(text) : null
  if (!url || url.protocol === 'http:' || url.protocol === 'https:') throw new OptionError('url', expected, text)
  return builtFile(url) ?? url.href
}

function builtFile(url: URL): string | undefined {
  const [ending = ''] = /\.[cm]?tsx?$/.exec(url.pathname) ?? []
  if (url.protocol !== 'file:' || ending === '' || existsSync(withoutQuery(url))) return undefined
  for (const other of built[ending] ?? []) {
    const beside = new URL(url)
    beside.pathname = url.pathname.slice(0, -ending.length) + other
    if (existsSync(withoutQuery(beside))) return beside.href
  }
  return undefined
}

/** The file that a URL names, whatever else it says to whom loads it. */
export function withoutQuery(url: URL): URL {
  const file = new URL(url)
  file.search = ''
  file.hash = ''
  return file
}

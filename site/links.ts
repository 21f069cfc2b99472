import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

/**
 * Follows every link of a built site to other pages, files and headings of it, in its pages and in its Markdown.
 *
 * @returns what leads nowhere, a sentence each.
 */
export function checkLinks(dist: string): readonly string[] {
  const anchors = new Map<string, ReadonlySet<string>>()
  const anchorsOf = (file: string): ReadonlySet<string> => {
    const known = anchors.get(file) ?? new Set(matchesOf(readFileSync(file, 'utf8'), / (?:id|name)="([^"]+)"/g))
    anchors.set(file, known)
    return known
  }
  return globSync('**/*.{html,md,txt}', { cwd: dist }).flatMap((page) => {
    const text = readFileSync(join(dist, page), 'utf8')
    const links = page.endsWith('.html')
      ? matchesOf(text, / (?:href|src)="([^"]+)"/g)
      : matchesOf(text.replaceAll(/^```[^]*?^```|`[^`\n]*`/gm, ''), /\]\(([^)\s]+)\)/g)
    return [...new Set(links)]
      .filter((link) => !/^(?:[a-z]+:|\/\/)/.test(link))
      .flatMap((link) => {
        const [path = '', hash = ''] = decodeURI(link.replaceAll('&amp;', '&')).split('#')
        const file = fileOf(dist, page, path)
        if (file === undefined) return [`${page} links to ${link}, which does not exist.`]
        if (hash === '' || hash === '_top' || !file.endsWith('.html') || anchorsOf(file).has(hash)) return []
        return [`${page} links to ${link}, a heading that does not exist.`]
      })
  })
}

function matchesOf(text: string, pattern: RegExp): readonly string[] {
  return Array.from(text.matchAll(pattern), ([, match = '']) => match)
}

function fileOf(dist: string, page: string, path: string): string | undefined {
  const bare = path.split('?')[0] ?? ''
  const place = bare === '' ? page : bare.startsWith('/') ? bare : normalize(join(dirname(page), bare))
  const file = join(dist, place)
  if (!existsSync(file)) return undefined
  if (!statSync(file).isDirectory()) return file
  const index = join(file, 'index.html')
  return existsSync(index) ? index : undefined
}

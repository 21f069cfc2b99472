import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

/**
 * Follows every link of a built site to other pages, files and headings of it.
 *
 * @returns what leads nowhere, a sentence each.
 */
export function checkLinks(dist: string): readonly string[] {
  const anchors = new Map<string, ReadonlySet<string>>()
  const anchorsOf = (file: string): ReadonlySet<string> => {
    const known = anchors.get(file)
    if (known) return known
    const found = new Set(
      Array.from(readFileSync(file, 'utf8').matchAll(/ (?:id|name)="([^"]+)"/g), ([, id = '']) => id),
    )
    anchors.set(file, found)
    return found
  }
  return globSync('**/*.html', { cwd: dist }).flatMap((page) => {
    const text = readFileSync(join(dist, page), 'utf8')
    const links = new Set(Array.from(text.matchAll(/ (?:href|src)="([^"]+)"/g), ([, link = '']) => link))
    return [...links]
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

function fileOf(dist: string, page: string, path: string): string | undefined {
  const bare = path.split('?')[0] ?? ''
  const place = bare === '' ? page : bare.startsWith('/') ? bare : normalize(join(dirname(page), bare))
  const file = join(dist, place)
  if (!existsSync(file)) return undefined
  if (!statSync(file).isDirectory()) return file
  const index = join(file, 'index.html')
  return existsSync(index) ? index : undefined
}

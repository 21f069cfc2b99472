import { globSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, posix, relative, sep } from 'node:path'

/**
 * Makes every link between pages and files of a built site relative, and names the file that it means, so that the pages
 * read and look the same from a disk, without a server. Only the search needs one.
 *
 * @param base - Where the site stands on its host, such as `/`.
 */
export function makeRelative(dist: string, base: string): void {
  for (const page of globSync('**/*.html', { cwd: dist })) {
    const file = join(dist, page)
    const up = relative(dirname(page), '').split(sep).join('/') || '.'
    const text = readFileSync(file, 'utf8')
    const linked = text.replaceAll(/( (?:href|src)=")(\/(?!\/)[^"]*)"/g, (same, start: string, link: string) => {
      if (!`${link}/`.startsWith(base)) return same
      const [, path = '', rest = ''] = /^([^?#]*)(.*)$/.exec(link.slice(base.length)) ?? []
      const isFolder = statSync(join(dist, decodeURI(path)), { throwIfNoEntry: false })?.isDirectory() ?? false
      return `${start}${posix.join(up, path, isFolder ? 'index.html' : '')}${rest}"`
    })
    writeFileSync(file, linked)
  }
}

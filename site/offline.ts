import { globSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, posix, relative, sep } from 'node:path'

/**
 * Makes every link between pages and files of a built site relative, and names the file that it means, so that the pages
 * read and look the same from a disk, without a server, and in any folder of one. Only the search needs a server.
 */
export function makeRelative(dist: string): void {
  for (const page of globSync('**/*.html', { cwd: dist })) {
    const file = join(dist, page)
    const up = relative(dirname(page), '').split(sep).join('/') || '.'
    const text = readFileSync(file, 'utf8')
    writeFileSync(
      file,
      text.replaceAll(
        /( (?:href|src|component-url|renderer-url)=")\/(?!\/)([^"]*)"/g,
        (_, start: string, link: string) => {
          const [, path = '', rest = ''] = /^([^?#]*)(.*)$/.exec(link) ?? []
          const isFolder = statSync(join(dist, decodeURI(path)), { throwIfNoEntry: false })?.isDirectory() ?? false
          return `${start}${posix.join(up, path, isFolder ? 'index.html' : '')}${rest}"`
        },
      ),
    )
  }
}

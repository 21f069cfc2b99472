import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'

import { apiGroups } from './entry-points.ts'
import { guideGroups } from './guides.ts'
import type { Guide } from './guides.ts'
import { slugOf } from './sidebar.ts'

/**
 * Writes every page as Markdown beside it, `facts.md` beside `facts/`, and `llms.txt`, which lists guides and entry points.
 *
 * @param content - The folder of the pages' Markdown, as the site is made from it.
 * @param base - Where the site stands on its host, such as `/`.
 */
export function writeForModels(content: string, dist: string, base: string, guides: readonly Guide[]): void {
  for (const file of globSync('{guide,api}/**/*.md', { cwd: content })) {
    const page = file.replaceAll('\\', '/').replaceAll('@', '').toLowerCase()
    const text = markdownOf(readFileSync(join(content, file), 'utf8'), page, base)
    mkdirSync(dirname(join(dist, pathOf(page))), { recursive: true })
    writeFileSync(join(dist, pathOf(page)), text)
  }
  writeFileSync(join(dist, 'llms.txt'), renderIndex(guides))
}

/** `api/skein/index.md` is the page `api/skein`. */
function pathOf(page: string): string {
  return page.replace(/\/index\.md$/, '.md')
}

/** A page without its front matter. Its links name the Markdown of other pages. */
function markdownOf(text: string, page: string, base: string): string {
  const [, head = '', body = ''] = /^---\n([^]*?)\n---\n([^]*)$/.exec(text) ?? []
  const title = /^title: "(.*)"$/m.exec(head)?.[1] ?? ''
  const folder = `/${posix.dirname(pathOf(page))}`
  const linked = body.replaceAll(
    /\]\((\.\.\/|\/)([\w./-]*)\/(#[^)]*)?\)/g,
    (_, start: string, path: string, hash = '') => {
      const target =
        start === '/' ? `/${posix.relative(base, `/${path}`)}` : posix.join(`/${page.slice(0, -3)}`, '..', path)
      return `](${posix.relative(folder, `${target}.md`)}${hash})`
    },
  )
  return `# ${title.replaceAll('\\"', '"')}\n${linked}`
}

function renderIndex(guides: readonly Guide[]): string {
  const byName = new Map(guides.map((guide) => [guide.name, guide]))
  const sections = Object.entries(guideGroups).map(([label, names]) => {
    const lines = names.map((name) => {
      const { title, body } = byName.get(name) ?? { title: name, body: '' }
      return `- [${title}](guide/${name}.md): ${firstSentence(body)}`
    })
    return `## ${label}\n\n${lines.join('\n')}\n`
  })
  const api = Object.values(apiGroups)
    .flat()
    .map((name) => `- [${name}](${slugOf(name)}.md)`)
  return `# Skein

> A TypeScript framework for flocks of AI agents that share one memory.

Each page is here as Markdown, too: its address without the last slash, and \`.md\`.

${sections.join('\n')}
## API

${api.join('\n')}
`
}

function firstSentence(body: string): string {
  const paragraph = body.split('\n\n').find((text) => /^[A-Z`*[]/.test(text) && !text.startsWith('```')) ?? ''
  const plain = paragraph.replaceAll('\n', ' ').replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
  const end = plain.search(/\. /)
  return (end === -1 ? plain : plain.slice(0, end + 1)).replace(/:$/, '.')
}

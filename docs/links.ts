import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '..')

/** Everything for readers that is no page of a package: READMEs of those are checked with their manifests. */
export function pages(): readonly string[] {
  return globSync(['*.md', 'docs/guide/*.md', 'bench/*.md', 'examples/data/*.md'], { cwd: root })
}

/** The links of a page, as they are written, without those in code. */
export function linksOf(page: string): readonly string[] {
  const prose = readFileSync(join(root, page), 'utf8').replaceAll(/^```[^]*?^```$/gm, '')
  return Array.from(prose.matchAll(/\]\(([^)\s]+)\)/g), ([, link = '']) => link)
}

/** The links of a page to files and headings that don't exist. */
export function deadLinksOf(page: string): readonly string[] {
  return linksOf(page).filter((link) => {
    if (/^[a-z]+:/.test(link)) return false
    const [path = '', anchor] = link.split('#')
    const target = path === '' ? page : join(dirname(page), path)
    if (!existsSync(join(root, target))) return true
    return anchor !== undefined && target.endsWith('.md') && !anchorsOf(target).has(anchor)
  })
}

/** Anchors of a page's headings, as GitHub and the site make them. */
function anchorsOf(page: string): ReadonlySet<string> {
  const headings = readFileSync(join(root, page), 'utf8')
    .replaceAll(/^```[^]*?^```$/gm, '')
    .matchAll(/^#+ (.+)$/gm)
  return new Set(
    Array.from(headings, ([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
  )
}

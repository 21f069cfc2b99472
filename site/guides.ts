import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A guide, as it is in `docs/guide`. */
export interface Guide {
  /** Its file without `.md`. */
  readonly name: string
  readonly title: string
  /** Markdown below the title. */
  readonly body: string
}

/** The groups of the site's sidebar, each with its guides in their order. A guide in none is listed under `More`. */
export const groups: Readonly<Record<string, readonly string[]>> = {
  'Start here': ['flock', 'first-machine', 'facts', 'packages'],
  Memory: ['search', 'vectors', 'transactions', 'corrections', 'forgetting', 'retention', 'guarantees'],
  'Agents and people': ['delivery', 'teamwork', 'threads'],
  Models: ['models', 'model-servers', 'ai-sdk'],
  Secrets: ['secrets', 'what-protects-what'],
  Stores: ['sqlite', 'redis', 'federation', 'write-a-store'],
  'Other programs': ['mcp', 'adapters'],
  Operate: ['cli', 'dashboard', 'building', 'upgrading'],
}

/** Reads all guides, in the order of their names. */
export function readGuides(folder: string): readonly Guide[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.md'))
  return files.toSorted().map((file) => {
    const text = readFileSync(join(folder, file), 'utf8')
    const title = /^# (.+)$/m.exec(text)?.[1]
    if (title === undefined) throw new Error(`docs/guide/${file} has no title.`)
    return { name: file.slice(0, -3), title, body: text.slice(text.indexOf('\n', text.indexOf('# ')) + 1).trim() }
  })
}

/** The sidebar's entries for guides. */
export function sidebarOf(guides: readonly Guide[]): { label: string; items: string[] }[] {
  const grouped = new Set(Object.values(groups).flat())
  const more = guides.map(({ name }) => name).filter((name) => !grouped.has(name))
  const known = new Set(guides.map(({ name }) => name))
  const all = more.length > 0 ? { ...groups, More: more } : groups
  return Object.entries(all).map(([label, names]) => ({
    label,
    items: names.filter((name) => known.has(name)).map((name) => `guide/${name}`),
  }))
}

const repository = 'https://github.com/skein/skein/blob/main'

/** A guide as a page of the site: links between guides become links between pages. */
export function pageOf({ title, body }: Guide): string {
  const linked = body
    .replaceAll(/\]\(([\w-]+)\.md(#[\w-]+)?\)/g, (_, name: string, hash = '') => `](../${name}/${hash})`)
    .replaceAll(/\]\(\.\.\/\.\.\/([^)]+)\)/g, `](${repository}/$1)`)
    // What follows the language tells the tests what to do with a block.
    .replaceAll(/^```(\w+) .+$/gm, '```$1')
  return `---\ntitle: ${JSON.stringify(title)}\n---\n\n${linked}\n`
}

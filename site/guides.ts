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

/** The groups of the site's sidebar, each with its guides in their order. */
export const guideGroups: Readonly<Record<string, readonly string[]>> = {
  'Start here': ['getting-started', 'first-machine', 'flock', 'reports', 'recipes', 'packages'],
  Memory: [
    'architecture',
    'facts',
    'observations',
    'learnings',
    'watch',
    'once',
    'lineage',
    'search',
    'vectors',
    'transactions',
    'history',
    'corrections',
    'forgetting',
    'retention',
    'guarantees',
  ],
  Flock: ['agents', 'teamwork', 'map-reduce', 'delivery', 'threads', 'many-machines'],
  Models: ['models', 'model-servers', 'ai-sdk'],
  Stores: ['sqlite', 'redis', 'federation', 'large-objects', 'write-a-store'],
  Secrets: ['secrets', 'what-protects-what'],
  'Other programs': ['cli', 'dashboard', 'dashboard-api', 'mcp', 'adapters'],
  Operate: ['operate', 'building', 'telemetry', 'upgrading'],
  Errors: ['errors'],
}

/** Reads all guides, in the order of their names. */
export function readGuides(folder: string): readonly Guide[] {
  const names = readdirSync(folder).flatMap((file) => (file.endsWith('.md') ? [file.slice(0, -3)] : []))
  return names.toSorted().map((name) => {
    const text = readFileSync(join(folder, `${name}.md`), 'utf8')
    const [, title, body = ''] = /^# (.+)\n([^]*)$/.exec(text) ?? []
    if (title === undefined) throw new Error(`docs/guide/${name}.md does not begin with a title.`)
    return { name, title, body: body.trim() }
  })
}

/** The first page: its comments that name a file become the guides' code of that file. */
export function homePage(home: string, guides: readonly Guide[]): string {
  return home.replaceAll(/^<!-- (\S+) -->$/gm, (_, file: string) => {
    const start = `\n// ${file}\n`
    const blocks = guides.flatMap(({ body }) => body.match(/^```[^]*?^```$/gm) ?? [])
    const block = blocks.find((text) => text.includes(start))
    if (block === undefined) throw new Error(`No guide shows ${file}.`)
    return `\`\`\`ts\n${block.slice(block.indexOf(start) + 1)}`
  })
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

import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** What users import from. */
export interface EntryPoint {
  /** As it is imported, such as `@skein/memory/store`. */
  readonly name: string
  /** Its source, relative to the root of the repository. */
  readonly file: string
}

/** The groups of the API, each with its entry points in their order. */
export const apiGroups: Readonly<Record<string, readonly string[]>> = {
  'Start here': ['skein', '@skein/core', '@skein/memory'],
  Memory: ['@skein/memory/types', '@skein/memory/runtime', '@skein/memory/telemetry'],
  Flock: [
    '@skein/core/types',
    '@skein/core/executor',
    '@skein/core/executor/testing',
    '@skein/core/testing',
    '@skein/bullmq',
  ],
  Models: ['@skein/openai', '@skein/ai-sdk'],
  Stores: ['@skein/sqlite', '@skein/redis', '@skein/memory/store', '@skein/memory/testing'],
  'Other programs': [
    '@skein/dashboard',
    '@skein/mcp',
    '@skein/keyv',
    '@skein/keyv/unstorage',
    '@skein/langgraph',
    '@skein/openai-agents',
    '@skein/anthropic-memory',
  ],
}

/** All entry points of the packages, from their manifests. */
export function readEntryPoints(root: string): readonly EntryPoint[] {
  return globSync('packages/*/package.json', { cwd: root })
    .toSorted()
    .flatMap((manifest) => {
      const { name, exports } = JSON.parse(readFileSync(join(root, manifest), 'utf8')) as {
        name: string
        exports: Readonly<Record<string, string>>
      }
      return Object.entries(exports)
        .filter(([, file]) => file.endsWith('.ts'))
        .map(([path, file]) => ({ name: name + path.slice(1), file: join(dirname(manifest), file) }))
    })
}

/** The topic of every name that an entry point exports: the comment above its exports. */
export function topicsOf(source: string): ReadonlyMap<string, string> {
  const topics = new Map<string, string>()
  let topic = ''
  for (const [, comment, names = ''] of source.matchAll(/^\/\/ (.+)$|^export (?:type )?\{([^}]*)\}/gm)) {
    if (comment !== undefined) topic = comment
    for (const name of names.split(',').map((text) => text.trim().replace(/^.* as /, '')))
      if (name !== '' && topic !== '') topics.set(name, topic)
  }
  return topics
}

/** All topics in the order of the entry points' sources. What goes wrong comes last. */
export function topicOrder(root: string): readonly string[] {
  const last = 'What goes wrong'
  const topics = readEntryPoints(root).flatMap(({ file }) => [
    ...topicsOf(readFileSync(join(root, file), 'utf8')).values(),
  ])
  return [...new Set(topics.filter((topic) => topic !== last)), '*', last]
}

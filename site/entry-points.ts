import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

import { entryPoints } from '../scripts/manifests.ts'
import type { EntryPoint } from '../scripts/manifests.ts'

/** The groups of the API, each with its entry points in their order. */
export const apiGroups: Readonly<Record<string, readonly string[]>> = {
  'Start here': ['skein', '@skein/core', '@skein/memory'],
  Memory: [
    '@skein/memory/types',
    '@skein/memory/runtime',
    '@skein/memory/telemetry',
    '@skein/memory/buckets',
    '@skein/memory/values',
  ],
  Flock: [
    '@skein/core/types',
    '@skein/core/threads',
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

/** All entry points of the packages, their files relative to the root. */
export function readEntryPoints(root: string): readonly EntryPoint[] {
  return entryPoints(root).map(({ name, file }) => ({ name, file: relative(root, file) }))
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

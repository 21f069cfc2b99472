import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The commands of the guide that give a user the permissions it names: for a server, and what a cluster needs besides. */
export function guideRules(): { readonly server: readonly string[]; readonly cluster: readonly string[] } {
  const guide = readFileSync(join(import.meta.dirname, '../../../docs/guide/redis.md'), 'utf8')
  const [server = '', cluster = ''] = [...guide.matchAll(/^```text\n(ACL SETUSER[^`]*)^```/gm)].map(([, rule]) => rule)
  return { server: wordsOf(server), cluster: wordsOf(cluster) }
}

function wordsOf(rule: string | undefined): readonly string[] {
  return rule?.trim().split(/\s+/) ?? []
}

/**
 * Three reviewers read each changed file under their own aspect. What hasn't changed isn't read again, and findings that
 * a person calls wrong don't come back. Rules stand in for models. Run it: `node examples/recipes/code-review.ts`
 *
 * @module
 */

import { createFlock } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'

interface File {
  readonly path: string
  readonly text: string
}

const aspects = {
  safety: [/\beval\(/, 'eval runs whatever it is given.'],
  errors: [/catch \{\}/, 'An error is swallowed.'],
  style: [/\bvar /, 'Use const or let.'],
} as const

const memory = await openMemory({ store: mapStore() })
const flock = await createFlock({ memory })
const maintainer = memory.as({ id: 'mia', role: 'maintainer', rights: ['correct'] })

/** All findings for the files, by aspect; each pair of file and aspect is computed once, as long as the text is the same. */
async function review(files: readonly File[]): Promise<readonly string[]> {
  const jobs = Object.keys(aspects).flatMap((aspect) => files.map((file) => ({ aspect, ...file })))
  const found = await flock.map(
    jobs,
    async ({ memory: view }, { aspect, path, text }) => {
      const [pattern, advice] = aspects[aspect as keyof typeof aspects]
      const line = text.split('\n').findIndex((one) => pattern.test(one)) + 1
      if (line === 0) return undefined
      const { id } = await view.observations.log({ task: path, tags: [aspect], value: `${path}:${line} ${advice}` })
      return id
    },
    { once: 'review/1', concurrency: 3 },
  )
  const ids = new Set(found.filter((id) => id !== undefined))
  const pages = await Promise.all(files.map(({ path }) => maintainer.observations.list<string>({ task: path })))
  return pages.flatMap(({ items }) => items.filter(({ id }) => ids.has(id)).map(({ value }) => value)).toSorted()
}

const first: readonly File[] = [
  { path: 'a.ts', text: 'var a = 1\neval(input)' },
  { path: 'b.ts', text: 'try { go() } catch {}' },
]
console.log((await review(first)).join('\n'))

// Mia says that one of them is wrong. Then there is one more file.
const [wrong] = await maintainer.observations.search<string>('swallowed', { task: 'b.ts' })
if (wrong) await maintainer.observations.retract(wrong.item.id, 'go() never throws.')
console.log('again:')
console.log((await review([...first, { path: 'c.ts', text: 'var c = 3' }])).join('\n'))
const { activity } = await memory.ledger()
console.log(`${activity?.computed} parts reviewed, ${activity?.reused} reused`)

await flock.close()
await memory.close()

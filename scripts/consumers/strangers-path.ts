import { readFileSync } from 'node:fs'

import type { Ended, Project } from './project.ts'

/** What somebody does whose folder holds nothing but the installed packages. It returns what went wrong. */
export type Step = () => Promise<string | undefined>

/** Most lines of an example that shows how little is needed. */
const most = { 'own-agent.ts': 40, 'own-model.ts': 40, 'node-sqlite-store.ts': 100 }

/**
 * The steps of a stranger: a file of one's own, an agent, a model.
 *
 * @param version - Of Node.js.
 */
export function firstSteps(project: Project, root: string, version: string): Readonly<Record<string, Step>> {
  return {
    'own file, summarized with citations': async () => {
      const app = project.sibling(`own-file-${version}`)
      app.write({ 'notes.txt': 'Energy was saved in every home. Nobody minded.\n' })
      const run = await app.run('skein run notes.txt --store notes.db', version)
      return wrongUnless(run, 'Energy was saved in every home. [notes.txt:0-31]')
    },
    'own agent, continued with the answer of a person': async () => {
      const app = project.sibling(`own-agent-${version}`)
      app.write(example(root, 'own-agent.ts'))
      const before = await app.run('node own-agent.ts', version)
      if (before.output !== 'A person is asked.') return before.output
      const inbox = await app.run('skein inbox --store agents.db --json', version)
      const id = /"id":"(\w+)"/.exec(inbox.output)?.[1]
      const answered = await app.run(`skein answer ${id} yes --as eve --store agents.db`, version)
      if (answered.code !== 0) return `${inbox.output}\n${answered.output}`
      return wrongUnless(await app.run('node own-agent.ts', version), 'The answer is yes.')
    },
    'own model': async () => {
      const app = project.sibling(`own-model-${version}`)
      app.write(example(root, 'own-model.ts'))
      return wrongUnless(await app.run('node own-model.ts', version), '2 calls, 1 reused')
    },
  }
}

/** A store of one's own passes parts of the suite, which needs vitest. A test of the example runs all of them. */
export function ownStore(project: Project, root: string, version: string, parts: readonly string[]): Step {
  return async () => {
    const app = project.sibling(`own-store-${version}`)
    app.write({ ...example(root, 'node-sqlite-store.ts'), 'store.test.ts': storeTest(parts) })
    return wrongUnless(
      await app.run('vitest run --testTimeout=60000 --hookTimeout=60000', version),
      'Test Files  1 passed',
    )
  }
}

const storeTest = (parts: readonly string[]): string => `import { describeStore } from '@skein/memory/testing'

import { nodeSqliteStore } from './node-sqlite-store.ts'

let made = 0
const open = () => nodeSqliteStore(\`store-\${made}.db\`)
describeStore('own', {
  parts: ${JSON.stringify(parts)},
  create: () => {
    made += 1
    return open()
  },
  reopen: open,
})
`

/** @throws when the example has more lines than it may. */
function example(root: string, name: keyof typeof most): Readonly<Record<string, string>> {
  const text = readFileSync(`${root}/examples/${name}`, 'utf8')
  const lines = text.trimEnd().split('\n').length
  if (lines > most[name]) throw new Error(`examples/${name} has ${lines} lines, more than ${most[name]}.`)
  return { [name]: text }
}

function wrongUnless({ code, output }: Ended, expected: string): string | undefined {
  return code === 0 && output.includes(expected) ? undefined : output
}

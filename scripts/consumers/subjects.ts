import { entryPoints } from '../manifests.ts'

const declaringTests = new Set(['@skein/memory/testing', '@skein/core/executor/testing'])

/** All entry points that run, but for those that declare tests. */
export function runningEntries(root: string): readonly string[] {
  return entryPoints(root)
    .map(({ name }) => name)
    .filter((name) => !declaringTests.has(name) && !name.endsWith('/types'))
}

/** Compiler options of three ways to use the packages; each checks the declarations of all of them. */
export const typesConfig: Readonly<Record<string, string>> = {
  'tsconfig.nodenext.json': config({ module: 'nodenext' }, ['every.ts', 'flock.ts']),
  'tsconfig.bundler.json': config({ module: 'esnext', moduleResolution: 'bundler' }, ['every.ts', 'flock.ts']),
  'tsconfig.commonjs.json': config({ module: 'nodenext' }, ['required.cts']),
}

function config(options: Readonly<Record<string, string>>, files: readonly string[]): string {
  const strict = { strict: true, skipLibCheck: false, noEmit: true, target: 'es2022', lib: ['es2023'], types: ['node'] }
  return JSON.stringify({ compilerOptions: { ...strict, ...options }, files })
}

/** Entry points whose framework has declarations that TypeScript 5.4 does not read. */
const withNewerTypes: ReadonlySet<string> = new Set(['@skein/langgraph', '@skein/openai-agents'])

/** Files that use every entry point, and a flock with a machine. @param version - Of TypeScript. */
export function everyEntry(root: string, version: string): Readonly<Record<string, string>> {
  const isOld = version === '5.4'
  // The declarations of the AI SDK are not strict: `aiSdkApp` checks that package.
  const checked = runningEntries(root).filter((entry) => entry !== '@skein/ai-sdk')
  const entries = [...checked, '@skein/core/types', '@skein/memory/types'].filter(
    (entry) => !isOld || !withNewerTypes.has(entry),
  )
  const every = entries.map((entry, index) => `export * as entry${index} from '${entry}'\n`)
  // TypeScript lets CommonJS require ES modules since 5.8.
  const required = isOld
    ? "export const core: Promise<typeof import('@skein/core', { with: { 'resolution-mode': 'import' } })> = import('@skein/core')\n"
    : "import core = require('@skein/core')\nimport memory = require('@skein/memory')\nexport const both = [core.createFlock, memory.openMemory]\n"
  return { 'every.ts': every.join(''), 'flock.ts': flock, 'required.cts': required }
}

/** An app that shares calls of the AI SDK, of which the declarations are not strict. */
export const aiSdkApp: Readonly<Record<string, string>> = {
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      strict: true,
      skipLibCheck: true,
      noEmit: true,
      target: 'es2022',
      lib: ['es2023'],
      types: ['node'],
      module: 'nodenext',
    },
    files: ['main.ts'],
  }),
  'main.ts': `import { aiSdkModel, memoryTools, sharedMiddleware } from '@skein/ai-sdk'
import type { Model } from '@skein/core/executor'
import { mapStore, openMemory } from '@skein/memory'
import { generateText, wrapLanguageModel } from 'ai'
import type { ToolSet } from 'ai'
import { MockLanguageModelV4 } from 'ai/test'

const tokens = { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0, text: 1, reasoning: 0 }
const answer = {
  content: [{ type: 'text' as const, text: 'Yes.' }],
  finishReason: { unified: 'stop' as const, raw: 'stop' },
  usage: { inputTokens: tokens, outputTokens: tokens },
  warnings: [],
}
const yes = new MockLanguageModelV4({ doGenerate: async () => answer })
const memory = await openMemory({ store: mapStore() })
const view = memory.as({ id: 'ann', role: 'reader' })
const tools: ToolSet = memoryTools(view)
const model = wrapLanguageModel({ model: yes, middleware: sharedMiddleware({ memory: view, readOnlyTools: Object.keys(tools) }) })
const skein: Model = aiSdkModel(yes)
const texts: string[] = []
for (let time = 0; time < 2; time += 1) texts.push((await generateText({ model, tools, prompt: 'Well?' })).text)
if (skein.descriptor) throw new Error('A model of this thread has no descriptor.')
console.log(\`\${texts.join(' ')} \${yes.doGenerateCalls.length} call\`)
await memory.close()
`,
}

const flock = `import { behavior, createFlock, durable } from '@skein/core'
import type { Question, Reply } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import { setup } from 'xstate'

type Messages = { type: 'add'; by: number } | Question<'read', undefined, number>

async function main(): Promise<void> {
  const memory = await openMemory({ store: mapStore() })
  const flock = await createFlock({ memory, threads: 1 })
  const machine = setup({
    types: {} as { context: { n: number }; events: { type: 'tick' } | Question<'read', undefined, number>; emitted: Reply },
  }).createMachine({ context: { n: 0 }, on: { tick: {} } })
  flock.spawn(machine, { role: 'ticker' }).send({ type: 'tick' })
  await flock.spawnDurable(durable(machine, { name: 'ticker' }), { id: 'ticker-1' })
  const sum = flock.spawn(
    behavior({ role: 'sum', initial: 0, receive: (total, message: Messages) => (message.type === 'add' ? total + message.by : total) }),
  )
  const answer: number = await sum.ask({ type: 'read' })
  await memory.as({ id: 'ann', role: 'author' }).facts.set('answer', answer, { tags: ['sum'] })
  await flock.close()
  await memory.close()
}

void main()
`

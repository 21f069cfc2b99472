import { once } from 'node:events'
import { globSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, join } from 'node:path'

import type { Project } from './project.ts'

/** One task, written for Skein and for other frameworks, once more with answers that are kept. */
const folder = 'bench/same-task'

/** What the programs of the other frameworks import: versions by name. */
export function sameTaskDependencies(root: string): Readonly<Record<string, string>> {
  const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>
  }
  return manifest.dependencies
}

/** Programs of the folder, without what they share. */
export function sameTaskPrograms(root: string): readonly string[] {
  const files = globSync(`${folder}/*.ts`, { cwd: root }).map((file) => basename(file, '.ts'))
  return files.filter((name) => name !== 'kept-in-files').toSorted()
}

/** Lines of a program and of what it shares, without blank ones and comments. */
export function sameTaskLines(root: string, program: string): number {
  const text = readFileSync(join(root, folder, `${program}.ts`), 'utf8')
  const own = text.split('\n').filter((line) => !/^\s*(?:\/[/*].*)?$/.test(line)).length
  return text.includes("from './kept-in-files.ts'") ? own + sameTaskLines(root, 'kept-in-files') : own
}

/** Type-checks the programs. @returns what went wrong. */
export async function checkSameTask(project: Project, root: string): Promise<string | undefined> {
  const app = withPrograms(project, root, 'same-task-types')
  const { code, output } = await app.run(`node ${app.tool('typescript/bin/tsc')} -p .`)
  return code === 0 ? undefined : output
}

/** Two files make three questions: a program asks all of them, one that keeps its answers each of them once. */
export async function runSameTask(project: Project, root: string, program: string): Promise<string | undefined> {
  const app = withPrograms(project, root, `same-task-${program}`)
  const model = new CountingServer()
  const url = await model.listen()
  const command = `node ${program}.ts one.txt two.txt`
  const variables = `OPENAI_API_KEY=none OPENAI_BASE_URL=${url} OPENAI_AGENTS_DISABLE_TRACING=1 ${command}`
  try {
    const atOnce = program.endsWith('-kept') ? [variables, variables] : []
    const first = await Promise.all(atOnce.map(async (one) => app.run(one)))
    const runs = [...first, await app.run(variables)]
    const failed = runs.find(({ code, output }) => code !== 0 || !output.includes('Merged.'))
    if (failed) return failed.output
    return model.calls === 3 ? undefined : `The model was asked ${model.calls} times, not 3 times.`
  } finally {
    await model.close()
  }
}

function withPrograms(project: Project, root: string, name: string): Project {
  const app = project.sibling(name)
  const files = globSync(`${folder}/*.ts`, { cwd: root }).map((file) => {
    return [basename(file), readFileSync(join(root, file), 'utf8')] as const
  })
  app.write({ ...Object.fromEntries(files), 'one.txt': 'One.', 'two.txt': 'Two.', 'tsconfig.json': typesConfig })
  return app
}

const typesConfig = JSON.stringify({
  compilerOptions: {
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    target: 'es2023',
    lib: ['es2023'],
    types: ['node'],
    module: 'nodenext',
    allowImportingTsExtensions: true,
  },
  include: ['*.ts'],
})

/** Speaks both of OpenAI's interfaces, which the frameworks choose from, and counts the questions. */
class CountingServer {
  readonly #server: Server
  calls = 0

  constructor() {
    this.#server = createServer((request, response) => {
      void bodyOf(request).then((body) => {
        this.calls += 1
        const text = body.includes('Merge into one paragraph') ? 'Merged.' : 'A note.'
        const answer = request.url?.endsWith('/responses') ? asResponse(text) : asCompletion(text)
        response.setHeader('content-type', 'application/json').end(JSON.stringify({ ...head, ...answer }))
      })
    })
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

const head = { id: 'answer', model: 'gpt-4o-mini' }

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const piece of request) body += String(piece)
  return body
}

function asCompletion(text: string): object {
  return {
    object: 'chat.completion',
    created: 1,
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: text } }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  }
}

function asResponse(text: string): object {
  const content = [{ type: 'output_text', text, annotations: [] }]
  return {
    object: 'response',
    created_at: 1,
    status: 'completed',
    error: null,
    incomplete_details: null,
    parallel_tool_calls: true,
    tools: [],
    output: [{ type: 'message', id: 'message', role: 'assistant', status: 'completed', content }],
    usage: {
      input_tokens: 1,
      output_tokens: 1,
      total_tokens: 2,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens_details: { reasoning_tokens: 0 },
    },
  }
}

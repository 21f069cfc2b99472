import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { HealthServer } from '@skein/bullmq'
import type { Command } from 'commander'
import { expect, it } from 'vitest'

import { ErrorReporter } from '../src/cli/error-reporter.ts'
import { program } from '../src/main.ts'

const repository = join(import.meta.dirname, '../../..')
const root = await program({
  signal: AbortSignal.abort(),
  errors: new ErrorReporter(false),
  exitCode: 0,
  afterInterrupt: '',
})
const pages = globSync(['README.md', 'packages/*/README.md', 'docs/guide/*.md'], { cwd: repository })

/** What a shell runs before `skein`: variables, and what finds the command. */
const start = /^(?:\$ )?(?:[A-Z_]+=\S* )*(?:npx (?:-y )?(?:pnpm@12 )?)?skein (.+)$/

/** Command lines of a page, each from `skein` on: in blocks complete ones, in sentences also parts such as `skein ls`. */
function commandsOf(page: string): { readonly complete: readonly string[]; readonly parts: readonly string[] } {
  const text = readFileSync(join(repository, page), 'utf8')
  const blocks = Array.from(text.matchAll(/^```(?:sh|console|text)[^\n]*\n([^]*?)^```$/gm), ([, block = '']) => block)
  const lines = blocks.flatMap((block) => block.replaceAll(/ *\\\n */g, ' ').split('\n'))
  const spans = Array.from(text.replaceAll(/^```[^]*?^```$/gm, '').matchAll(/`([^`]+)`/g), ([, span = '']) => span)
  const found = (all: readonly string[]): readonly string[] =>
    all.flatMap((line) => start.exec(line.replaceAll(/\s+/g, ' ').trim())?.[1] ?? [])
  return { complete: found(lines), parts: found(spans) }
}

/** The words of a command line up to a comment, a pipe or a redirection. */
function wordsOf(line: string): readonly string[] {
  const words = (line.match(/'[^']*'|"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll(/^['"]|['"]$/g, ''))
  const end = words.findIndex((word) => ['#', '|', '>', '…'].includes(word))
  return end === -1 ? words : words.slice(0, end)
}

/** The problems of a command line: none, when the command would begin. */
function problemsOf(words: readonly string[], isComplete: boolean, parent: Command = root): readonly string[] {
  const [name = '', ...rest] = words
  if (name === '<command>') return []
  const command = parent.commands.find((one) => one.name() === name)
  if (!command) return [`no command ${name}`]
  if (command.commands.some((one) => one.name() === rest[0])) return problemsOf(rest, isComplete, command)
  command.configureOutput({ writeErr: () => {} })
  try {
    const { operands, unknown } = command.parseOptions([...rest])
    const required = command.registeredArguments.filter((argument) => argument.required)
    const lacks = isComplete && !unknown.includes('--help') && operands.length < required.length
    return [
      ...unknown.filter((word) => word.startsWith('-') && word !== '--help').map((word) => `no option ${word}`),
      ...(lacks ? [`${required.length - operands.length} arguments are missing`] : []),
    ]
  } catch (error) {
    return isComplete ? [String(error)] : []
  }
}

it.each(pages)('%s shows commands that the command line understands', (page) => {
  const { complete, parts } = commandsOf(page)
  const problems = [
    ...complete.map((line) => [line, ...problemsOf(wordsOf(line), true)]),
    ...parts.map((line) => [line, ...problemsOf(wordsOf(line), false)]),
  ]
  expect(problems.filter(({ length }) => length > 1)).toEqual([])
})

it('finds the commands of pages', () => {
  const all = pages.map((page) => commandsOf(page))
  expect(all.flatMap(({ complete }) => complete).length).toBeGreaterThan(60)
  expect(all.flatMap(({ parts }) => parts).length).toBeGreaterThan(100)
  expect(problemsOf(['check', 'flock.db'], true)).toEqual(['no command check'])
  expect(problemsOf(['run', '--nothing', 'a.txt'], false)).toEqual(['no option --nothing'])
  expect(problemsOf(['get', 'facts'], true)).toEqual(['1 arguments are missing'])
})

it('units and images start the command by where it is, with options that it has', () => {
  const text = readFileSync(join(repository, 'docs/guide/many-machines.md'), 'utf8')
  const unit = /^ExecStart=\/usr\/bin\/npx skein (.+)$/m.exec(text)?.[1] ?? ''
  const image = JSON.parse(/^CMD (\[.+\])$/m.exec(text)?.[1] ?? '[]') as readonly string[]
  const [runtime, place, ...words] = image
  const manifest = readFileSync(join(repository, 'packages/skein/package.json'), 'utf8')
  const { publishConfig } = JSON.parse(manifest) as {
    readonly publishConfig: { readonly bin: { readonly skein: string } }
  }
  expect([runtime, place]).toEqual(['node', join('node_modules/skein', publishConfig.bin.skein)])
  expect([wordsOf(unit)[0], words[0]]).toEqual(['worker', 'worker'])
  expect([problemsOf(wordsOf(unit), true), problemsOf(words, true)]).toEqual([[], []])
})

it('probes and autoscalers ask a worker for what it answers, at the port of the image', async () => {
  const text = readFileSync(join(repository, 'docs/guide/many-machines.md'), 'utf8')
  const health = { port: 0, host: '127.0.0.1' }
  const server = await HealthServer.open(health, () => ({ running: 0 }), { connection: 'redis://127.0.0.1:1' })
  const answer = await fetch(`http://127.0.0.1:${server.port}/`)
  const { problem } = (await answer.json()) as { readonly problem: string }
  await server.close()
  const asked = Array.from(text.matchAll(/httpGet: \{ path: (\/\w+), port: (\d+) \}|worker:(\d+)(\/\w+)/g))
  const [paths, ports] = [
    asked.map(([, path, , , other]) => path ?? other),
    asked.map(([, , port, other]) => port ?? other),
  ]
  expect(paths).toEqual(['/health', '/ready', '/queue'])
  expect(problem).toBe(`Ask one of ${paths.join(', ')}.`)
  const [, exposed] = /^EXPOSE (\d+)$/m.exec(text) ?? []
  expect(ports).toEqual([exposed, exposed, exposed])
  expect(text).toContain(`"--health-port", "${exposed}"`)
})

import { execFile, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { expect, it, onTestFinished } from 'vitest'

const root = join(import.meta.dirname, '..')

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'skein-create-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Runs a program in a folder, as people do. */
async function run(cwd: string, ...args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, args, { cwd, env: { ...process.env, NO_COLOR: '1' } })
}

/** A project made by the command, with its packages in place. */
async function create(template: string): Promise<string> {
  const folder = await emptyFolder()
  const { stdout } = await run(folder, join(root, 'src/cli.ts'), 'My Flock', '--template', template)
  expect(stdout).toContain('npm install')
  const project = join(folder, 'My Flock')
  await symlink(join(root, 'node_modules'), join(project, 'node_modules'))
  return project
}

/** Starts a service; it is ended with the test. */
function start(
  cwd: string,
  env: NodeJS.ProcessEnv = {},
): { child: ChildProcess; said(words: RegExp): Promise<string> } {
  const child = spawn(process.execPath, ['main.ts'], { cwd, env: { ...process.env, NO_COLOR: '1', ...env } })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => (output += String(piece)))
  const said = async (words: RegExp): Promise<string> => {
    for (let found = words.exec(output); ; found = words.exec(output)) {
      if (found) return found[0]
      if (child.exitCode !== null) throw new Error(output)
      await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
    }
  }
  return { child, said }
}

it('script: summarizes files, each sentence with its place', async () => {
  const project = await create('script')
  const manifest = JSON.parse(await readFile(join(project, 'package.json'), 'utf8')) as Record<string, object>
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }
  expect(manifest).toMatchObject({ name: 'my-flock', dependencies: { '@skein/core': `^${version}` } })
  expect(await readFile(join(project, '.gitignore'), 'utf8')).toContain('flock.db*')
  await writeFile(join(project, 'a.txt'), 'Anvils are heavy. Nobody lifts an anvil twice.')
  const { stdout } = await run(project, 'main.ts', 'a.txt')
  expect(stdout).toContain('Anvils are heavy. [0]')
  expect((await run(project, 'main.ts', 'a.txt')).stdout).toBe(stdout)
  const usage = 'Name the files to summarize: npm start -- README.md\n'
  await expect(run(project, 'main.ts')).rejects.toMatchObject({ code: 1, stderr: usage })
})

it('web: answers visitors, and ends cleanly', async () => {
  const { child, said } = start(await create('web'), { PORT: '0' })
  const url = await said(/http:\S+/)
  const send = async (body: string): Promise<unknown> => {
    const answer = await fetch(`${url}/summaries`, { method: 'POST', body })
    return answer.json()
  }
  expect(await send('Anvils are heavy. Nobody lifts an anvil twice.')).toMatchObject({
    sentences: expect.arrayContaining(['Anvils are heavy.']) as string[],
  })
  expect(await send(' ')).toEqual({ error: 'Send a text.' })
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})

it('worker: takes jobs of other processes, and continues after kill -9', async () => {
  const project = await create('worker')
  await run(project, 'add-job.ts', 'to be or')
  const first = start(project)
  await first.said(/Job 1: 3 words, 3 in all/)
  await run(project, 'add-job.ts', 'not')
  await first.said(/Job 2: 1 words, 4 in all/)
  first.child.kill('SIGKILL')
  await once(first.child, 'exit')
  await run(project, 'add-job.ts', 'to be')
  const second = start(project)
  await second.said(/Job 3: 2 words, 6 in all/)
  await second.said(/Ready after/)
  second.child.kill('SIGTERM')
  expect(await once(second.child, 'exit')).toEqual([0, null])
})

it('says what is wrong, and touches nothing that is there', async () => {
  const folder = await emptyFolder()
  await writeFile(join(folder, 'thesis.md'), 'mine')
  const cli = join(root, 'src/cli.ts')
  await expect(run(folder, cli, '.')).rejects.toThrow('. is not empty: it holds thesis.md. Name a new folder.')
  await expect(run(folder, cli, 'new', '--template', 'game')).rejects.toThrow(/no template `game`.*\n +script/)
  await expect(run(folder, cli, 'a', 'b')).rejects.toThrow('Name one folder')
  expect((await run(folder, cli, '--help')).stdout).toContain('worker')
})

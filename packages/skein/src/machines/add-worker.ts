import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

import { encryptionFromEnvironment, openMemory } from '@skein/memory'
import { ownFile } from '@skein/memory/runtime'
import type { Command } from 'commander'

import { addCommand } from '../cli/command.ts'
import type { CommandContext } from '../cli/command.ts'
import { integerFrom, nonBlank, nonBlanks } from '../cli/parse-option.ts'
import { untilAborted } from '../cli/until-aborted.ts'
import { InputError } from '../open/input-error.ts'
import { defaultModel, openModel } from '../open/open-model.ts'
import { openStore } from '../open/open-store.ts'
import { print, printNote } from '../terminal/printer.ts'
import { requireRedis } from './require-redis.ts'

/** The options of `skein worker` as given. */
interface WorkerFlags {
  readonly store: string
  readonly space: string
  readonly queue: string
  readonly activities: readonly string[]
  readonly threads?: number
  readonly model: string
  readonly baseUrl?: string
  readonly apiKeyEnv?: string
  readonly healthPort?: number
  readonly healthHost?: string
}

const maxThreads = 31

/** Adds `skein worker`, which runs activities for flocks on other machines. */
export function addWorker(skein: Command, context: CommandContext): void {
  addCommand(skein, 'worker')
    .requiredOption(
      '--store <address>',
      'the store of the flocks, which also has the queue: redis://HOST:PORT',
      nonBlank,
    )
    .option('--space <name>', 'the space within the store', 'default')
    .option('--queue <name>', 'the queue to work for', nonBlank, 'default')
    .option('--activities <file>', 'a module that exports activities (may be repeated)', nonBlanks, [])
    .option('--threads <number>', 'worker threads (default: one per processor)', integerFrom(1, maxThreads))
    .option('--model <name>', 'the model of the flocks: extractive (built in), or openai:NAME', defaultModel)
    .option('--base-url <url>', 'the API of a compatible server, such as http://127.0.0.1:11434/v1')
    .option('--api-key-env <variable>', 'the environment variable with the key for --base-url (default: no key)')
    .option('--health-port <number>', 'answer probes at /health and /ready on this port', integerFrom(0, 65_535))
    .option('--health-host <address>', 'with --health-port: the address to listen at (default: 127.0.0.1)')
    .action((flags: WorkerFlags) => work(flags, context))
}

async function work(flags: WorkerFlags, context: CommandContext): Promise<void> {
  const connection = requireRedis(flags.store)
  const activities = modulesOf(flags.activities)
  const model = openModel(flags.model, { baseURL: flags.baseUrl, apiKeyEnv: flags.apiKeyEnv })
  const encryption = encryptionFromEnvironment()
  const { createWorker } = await import('@skein/bullmq')
  await using memory = await openMemory({
    store: await openStore(flags.store),
    space: flags.space,
    ...(encryption && { encryption }),
  })
  const { threads, queue, healthPort: port, healthHost: host } = flags
  await using worker = await createWorker({
    memory,
    connection,
    queue,
    activities,
    model,
    ...(threads !== undefined && { threads }),
    ...(port !== undefined && { health: { port, ...(host !== undefined && { host }) } }),
  })
  await print(worker.id)
  const names = worker.entry().activities.map(({ name, version }) => `${name}@${version}`)
  printNote(`It runs ${names.join(', ')} of the queue "${queue}". Ctrl-C lets it finish and end.`)
  if (worker.healthPort !== undefined) printNote(`Probes: http://${host ?? '127.0.0.1'}:${worker.healthPort}/ready`)
  await untilAborted(context.signal)
  await worker.drain()
}

function modulesOf(files: readonly string[]): readonly URL[] {
  if (files.length === 0) return [ownFile('skein', import.meta.url, 'add-worker', '../report/report-activities.js')]
  return files.map((file) => {
    if (existsSync(file)) return pathToFileURL(resolve(file))
    throw new InputError(file, 'does not exist. Name a module that exports what activity() returns.')
  })
}

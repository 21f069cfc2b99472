import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

import { encryptionFromEnvironment, openMemory } from '@skein/memory'
import { ownFile } from '@skein/memory/runtime'
import type { Health, HealthServer } from '@skein/bullmq'
import type { Command } from 'commander'

import { addCommand } from '../cli/command.ts'
import type { CommandContext } from '../cli/command.ts'
import { integerFrom, nonBlank, nonBlanks } from '../cli/parse-option.ts'
import { untilAborted } from '../cli/until-aborted.ts'
import { InputError } from '../open/input-error.ts'
import { defaultModel } from '../open/default-model.ts'
import { openModel } from '../open/open-model.ts'
import { openLastingStore, openStore } from '../open/open-store.ts'
import { print, printNote } from '../terminal/printer.ts'
import { HostedModules } from './hosted-modules.ts'
import { requireRedis } from './require-redis.ts'

/** The options of `skein worker` as given. */
interface WorkerFlags {
  readonly store: string
  readonly space: string
  readonly queue: string
  readonly activities: readonly string[]
  readonly agents: readonly string[]
  readonly cap?: number
  readonly threads?: number
  readonly model: string
  readonly baseUrl?: string
  readonly apiKeyEnv?: string
  readonly healthPort?: number
  readonly healthHost?: string
}

const maxThreads = 31

/** Adds `skein worker`, which runs activities for flocks on other machines, and hosts durable agents. */
export function addWorker(skein: Command, context: CommandContext): void {
  addCommand(skein, 'worker')
    .requiredOption(
      '--store <address>',
      'the store of the flocks, which also has the queue: redis://HOST:PORT; with --agents alone, any',
      nonBlank,
    )
    .option('--space <name>', 'the space within the store', 'default')
    .option('--queue <name>', 'the queue to work for', nonBlank, 'default')
    .option('--activities <file>', 'a module that exports activities (may be repeated)', nonBlanks, [])
    .option(
      '--agents <file>',
      'host the durable definitions that a module exports, or that its default function makes with a flock (may be repeated)',
      nonBlanks,
      [],
    )
    .option('--cap <number>', 'with --agents: agents to host at most (default: 10000)', integerFrom(1, 1_000_000))
    .option('--threads <number>', 'worker threads (default: one per processor)', integerFrom(1, maxThreads))
    .option('--model <name>', 'the model of the flocks: extractive (built in), or openai:NAME', defaultModel)
    .option('--base-url <url>', 'the API of a compatible server, such as http://127.0.0.1:11434/v1')
    .option('--api-key-env <variable>', 'the environment variable with the key for --base-url (default: no key)')
    .option(
      '--health-port <number>',
      'answer probes at /health and /ready on this port, and an autoscaler at /queue',
      integerFrom(0, 65_535),
    )
    .option('--health-host <address>', 'with --health-port: the address to listen at (default: 127.0.0.1)')
    .action((flags: WorkerFlags) => work(flags, context))
}

async function work(flags: WorkerFlags, context: CommandContext): Promise<void> {
  const hostsOnly = flags.agents.length > 0 && flags.activities.length === 0
  const connection = hostsOnly ? undefined : requireRedis(flags.store)
  const activities = modulesOf(flags.activities)
  const model = openModel(flags.model, { baseURL: flags.baseUrl, apiKeyEnv: flags.apiKeyEnv })
  const encryption = encryptionFromEnvironment()
  const threads = flags.threads === undefined ? {} : { threads: flags.threads }
  await using memory = await openMemory({
    store: await (hostsOnly ? openLastingStore(flags.store) : openStore(flags.store)),
    space: flags.space,
    ...(encryption && { encryption }),
  })
  const { queue, agents, cap } = flags
  await using host =
    agents.length > 0 ? await HostedModules.open(agents, { memory, model, ...threads }, cap) : undefined
  await using worker =
    connection === undefined
      ? undefined
      : await (await import('@skein/bullmq')).createWorker({ memory, connection, queue, activities, model, ...threads })
  await print(worker?.id ?? host?.id ?? '')
  if (host) printNote(`It hosts agents of ${host.names.join(', ')}.`)
  if (worker) {
    const names = worker.entry().activities.map(({ name, version }) => `${name}@${version}`)
    printNote(`It runs ${names.join(', ')} of the queue "${queue}".`)
  }
  printNote('Ctrl-C ends it after its running work.')
  const { healthPort: port, healthHost = '127.0.0.1' } = flags
  const look = (): Health => {
    const [ofWorker, ofHost] = [worker?.health(), host?.health()]
    const problem = ofWorker?.problem ?? ofHost?.problem
    const running = (ofWorker?.running ?? 0) + (ofHost?.running ?? 0)
    return { running, ...(problem !== undefined && { problem }) }
  }
  const jobs = connection === undefined ? undefined : { connection, queue }
  const health = port === undefined ? undefined : await openHealth({ port, host: healthHost }, look, jobs)
  if (health) printNote(`Probes: http://${healthHost}:${health.port}/ready`)
  await untilAborted(context.signal)
  // Its agents may still need the activities of this very worker.
  await host?.drain()
  await worker?.drain()
  await health?.close()
}

async function openHealth(
  at: { readonly port: number; readonly host: string },
  look: () => Health,
  jobs: Parameters<typeof HealthServer.open>[2],
): Promise<HealthServer> {
  return (await import('@skein/bullmq')).HealthServer.open(at, look, jobs)
}

function modulesOf(files: readonly string[]): readonly URL[] {
  if (files.length === 0) return [ownFile('skein', import.meta.url, 'add-worker', '../report/report-activities.js')]
  return files.map((file) => {
    if (existsSync(file)) return pathToFileURL(resolve(file))
    throw new InputError(file, 'does not exist. Name a module that exports what activity() returns.')
  })
}

import { OptionError } from '@skein/memory'
import { requireOptions, requireStrings } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

import type { AgentParts } from './agents/agent-parts.ts'
import { AgentRef } from './agents/agent-ref.ts'
import type { AgentRegistry } from './agents/agent-registry.ts'
import { AgentRuntime } from './agents/agent-runtime.ts'
import type { FlockServices } from './agents/flock-services.ts'
import { resolveSpawn, spawnKinds } from './agents/spawn-options.ts'
import type { SpawnOptions } from './agents/spawn-options.ts'
import { FlockClosedError } from './base/flock-closed-error.ts'
import { AgentFeed } from './durable/agent-feed.ts'
import { DurableAgents } from './durable/durable-agents.ts'
import type { PartsOf, ResumeReport, WaitOptions } from './durable/durable-agents.ts'
import type { DurableDefinition } from './durable/durable.ts'
import { AgentHost } from './hosting/agent-host.ts'
import { Answers } from './hosting/answers.ts'
import { resolveHost } from './hosting/host-options.ts'
import type { HostOptions } from './hosting/host-options.ts'
import { createHosted, requireHosted } from './hosting/create-hosted.ts'
import type { HostedOptions } from './hosting/create-hosted.ts'
import { HostedAgent } from './hosting/hosted-agent.ts'
import { requireHostable } from './hosting/require-hostable.ts'
import type { AgentDefinition } from './machine/host.ts'
import type { AnyLogic } from './machine/logic.ts'
import { definitionOf } from './machine/machine-definition.ts'
import { resolveMailbox } from './messages/mailbox-options.ts'
import { resolveSupervision } from './supervision/supervision.ts'
import type { Decision, Failure, Supervision } from './supervision/supervision.ts'

type ResumeOptions = Pick<SpawnOptions, 'mailbox' | 'supervision'> & WaitOptions
const waitKinds: OptionKinds<WaitOptions> = { wait: 'boolean', signal: 'object' }
const resumeKinds: OptionKinds<ResumeOptions> = { mailbox: 'any', supervision: 'any', ...waitKinds }
const durableKinds: OptionKinds<SpawnOptions & WaitOptions> = { ...spawnKinds, ...waitKinds }

/** Decides which agents join a flock, under which id and with which parts, and ends them with the flock. */
export class FlockAgents {
  readonly #services: FlockServices
  readonly #registry: AgentRegistry
  readonly #durable: DurableAgents
  readonly #feed: AgentFeed
  readonly #hosts = new Set<AgentHost>()
  #answers: Answers | undefined
  readonly #supervise: ((failure: Failure) => Decision) | undefined
  #spawned = 0
  #isOpen = true

  /** @param supervision - For agents that are spawned without one. */
  constructor(services: FlockServices, registry: AgentRegistry, supervision: Supervision | undefined) {
    this.#services = services
    this.#registry = registry
    this.#supervise = supervision === undefined ? undefined : resolveSupervision(supervision)
    this.#feed = new AgentFeed(services.memory)
    this.#durable = new DurableAgents({
      memory: services.memory,
      feed: this.#feed,
      services,
      admit: (runtime) => this.#admit(runtime),
      find: (id) => registry.get(id),
    })
  }

  spawn(what: AgentDefinition<never> | AnyLogic, options: SpawnOptions): AgentRef {
    this.#requireOpen()
    const parts = this.#partsOf(definitionOf(what), options)
    const { id } = parts.principal
    if (this.#registry.get(id)) throw new OptionError('id', 'an id that no running agent has', id)
    return this.#admit(new AgentRuntime(parts, this.#services))
  }

  async spawnDurable(definition: DurableDefinition<never>, options: SpawnOptions & WaitOptions): Promise<AgentRef> {
    this.#requireOpen()
    requireDurableDefinition(definition)
    const { waiting, rest } = waitOf(requireOptions('spawnDurable', options, durableKinds))
    requireStrings('id', [rest.id as string])
    return this.#durable.start(definition as DurableDefinition, this.#partsOf(definition, rest), waiting)
  }

  async resume(definitions: readonly DurableDefinition<never>[], options: ResumeOptions): Promise<ResumeReport> {
    this.#requireOpen()
    requireDefinitions(definitions)
    requireOptions('resume', options, resumeKinds)
    const { waiting, rest } = waitOf(options)
    return this.#durable.resume(definitions as readonly DurableDefinition[], this.#savedParts(rest), waiting)
  }

  /** Hosts durable agents until it is closed, or the flock is. */
  async host(definitions: readonly DurableDefinition<never>[], given: HostOptions): Promise<AgentHost> {
    this.#requireOpen()
    requireDefinitions(definitions)
    const { mailbox, supervision, ...options } = resolveHost(definitions, given)
    const partsOf = this.#savedParts({ ...(mailbox && { mailbox }), ...(supervision && { supervision }) })
    const own = definitions as readonly DurableDefinition[]
    const host = new AgentHost({
      feed: this.#feed,
      definitions: own,
      options,
      running: () => this.#durable.running(),
      resume: (saved) => this.#durable.resumeThese(saved, own, partsOf),
    })
    this.#hosts.add(host)
    await host.start()
    return host
  }

  /** Creates a durable agent that hosts run, unless there is one; a handle of it. */
  async spawnHosted(definition: DurableDefinition<never>, options: HostedOptions): Promise<HostedAgent> {
    this.#requireOpen()
    requireHostable(definition)
    await createHosted(this.#services.memory, definition, requireHosted(options))
    return this.hosted(definition, options.id)
  }

  /** A handle of a hosted agent. */
  hosted(definition: DurableDefinition<never>, id: string): HostedAgent {
    this.#requireOpen()
    requireHostable(definition)
    requireStrings('id', [id])
    this.#answers ??= new Answers(this.#feed, this.#services.questions)
    return new HostedAgent(definition.durable.name, id, this.#feed.view, this.#services, this.#answers)
  }

  /** Lets no more agents join. */
  stopAccepting(): void {
    this.#isOpen = false
    for (const host of this.#hosts) host.stopTaking()
    this.#durable.stopWaiting()
  }

  /** Ends all agents; resolves when the ends of durable ones are stored. */
  async close(): Promise<void> {
    this.#isOpen = false
    const hosts = [...this.#hosts].map((host) => host.leave())
    const starting = this.#durable.close()
    const runtimes = this.#registry.all().map((ref) => AgentRef.runtimeOf(ref))
    for (const runtime of runtimes) runtime.end({ type: 'stopped' })
    await Promise.all([starting, ...hosts, ...runtimes.map(({ ending }) => ending.stored)])
    this.#feed.close()
  }

  #requireOpen(): void {
    if (!this.#isOpen) throw new FlockClosedError()
  }

  /** How saved agents are resumed: each keeps its id, role and clearance. @throws OptionError */
  #savedParts(options: Pick<SpawnOptions, 'mailbox' | 'supervision'>): PartsOf {
    resolveMailbox(options.mailbox)
    if (options.supervision !== undefined) resolveSupervision(options.supervision)
    return (definition, { id, role, label }) => {
      const clearance = { level: label.sensitivity, compartments: label.compartments }
      return this.#partsOf(definition, { ...options, id, role, clearance })
    }
  }

  #partsOf(definition: AgentDefinition<never>, options: SpawnOptions): AgentParts {
    return resolveSpawn(definition as AgentDefinition, options, this.#supervise, () => (this.#spawned += 1))
  }

  #admit(runtime: AgentRuntime): AgentRef {
    const ref = new AgentRef(runtime, this.#services.questions)
    const { id, parent, principal } = runtime
    this.#registry.add(ref)
    if (parent) runtime.ending.on(parent.ending.on(() => runtime.end({ type: 'stopped' })))
    this.#services.emit({ type: 'agent.spawned', agent: id, role: principal.role })
    runtime.start()
    return ref
  }
}

/** Parts options into how to wait and how to spawn. */
function waitOf<Options extends WaitOptions>({
  wait = false,
  signal,
  ...rest
}: Options): { readonly waiting: WaitOptions; readonly rest: Omit<Options, keyof WaitOptions> } {
  return { waiting: { wait, ...(signal && { signal }) }, rest }
}

function requireDefinitions(definitions: readonly DurableDefinition<never>[]): void {
  if (!Array.isArray(definitions)) throw new OptionError('definitions', 'an array of durable definitions', definitions)
  for (const definition of definitions) requireDurableDefinition(definition)
}

function requireDurableDefinition(definition: DurableDefinition<never> | undefined): void {
  if (typeof definition?.durable?.name === 'string') return
  throw new OptionError('definition', "what durable(machine, { name: '…' }) returns", definition)
}

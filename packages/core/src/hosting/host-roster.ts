import { warn } from '@skein/memory/runtime'
import type { AgentHostEntry, HostPresence, SavedAgents } from '@skein/memory/runtime'

/** How often a host looks who else is there, unless it is told, in milliseconds: those who die tell nothing. */
const lookMs = 1_000
/** How often a host tells how many agents it runs, in milliseconds. */
const countMs = 1_000

/** What has changed since a host last looked who is there. */
export interface RosterNews {
  /** Whether agents may belong elsewhere now. */
  readonly isChanged: boolean
  /** Whether somebody is not there any longer. */
  readonly isLost: boolean
}

/** Which hosts are there, and what this one reports on itself. */
export class HostRoster {
  readonly #agents: SavedAgents
  readonly #leaseMs: number
  readonly #self: () => AgentHostEntry
  #hosts: readonly AgentHostEntry[] = []
  #presence: HostPresence | undefined
  #told: AgentHostEntry | undefined
  #toldAt = 0
  #isSeen = false
  #lookedAt = Number.NEGATIVE_INFINITY

  /** @param self - What this host reports on itself, as it is now. */
  constructor(agents: SavedAgents, leaseMs: number, self: () => AgentHostEntry) {
    this.#agents = agents
    this.#leaseMs = leaseMs
    this.#self = self
  }

  /** All that were there when it last looked. This one is always, since it knows better than others what it is. */
  get hosts(): readonly AgentHostEntry[] {
    return this.#hosts
  }

  /** Somebody has told something of a host, so the next look is one. */
  mayDiffer(): void {
    this.#lookedAt = Number.NEGATIVE_INFINITY
  }

  async look(): Promise<RosterNews> {
    const before = this.#hosts
    const self = this.#self()
    const now = performance.now()
    if (now - this.#lookedAt < lookMs) {
      this.#hosts = [...before.filter(({ id }) => id !== self.id), self]
      return { isChanged: placesOf(this.#hosts) !== placesOf(before), isLost: false }
    }
    // What is told from here on calls for another look.
    this.#lookedAt = now
    const found = await this.#agents.hosts().catch((error: unknown) => {
      this.mayDiffer()
      throw error
    })
    const ids = new Set(found.map(({ id }) => id))
    this.#isSeen = ids.has(self.id)
    this.#hosts = [...found.filter(({ id }) => id !== self.id), self]
    return { isChanged: placesOf(this.#hosts) !== placesOf(before), isLost: before.some(({ id }) => !ids.has(id)) }
  }

  /** Tells others of this host: at once what decides where agents belong, how many it runs once a second. */
  async tell(): Promise<void> {
    const self = this.#self()
    if (!this.#presence) this.#presence = await this.#agents.announceHost(self, this.#leaseMs)
    else {
      const isSame = this.#told !== undefined && placesOf([self]) === placesOf([this.#told])
      const isDue = self.running !== this.#told?.running && performance.now() - this.#toldAt > countMs
      if (this.#isSeen && isSame && !isDue) return
      await this.#presence.update(self)
    }
    this.#isSeen = true
    this.#told = self
    this.#toldAt = performance.now()
  }

  async leave(): Promise<void> {
    await this.#presence?.leave().catch(warn)
  }

  /** How many agents of some definitions run on all hosts, as these last told. */
  runningOf(names: ReadonlySet<string>): number {
    const counts = this.#hosts.flatMap(({ definitions }) => Object.entries(definitions))
    return counts.reduce((sum, [name, { running }]) => (names.has(name) ? sum + running : sum), 0)
  }
}

/** What decides where agents belong. */
function placesOf(hosts: readonly AgentHostEntry[]): string {
  const places = hosts.map(({ id, cap, running, isDraining, definitions, refused }) => {
    const versions = Object.entries(definitions).map(([name, { version }]) => `${name}@${version}`)
    return [id, running >= cap, isDraining, versions, refused]
  })
  return JSON.stringify(places)
}

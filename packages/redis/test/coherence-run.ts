import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import { openMemory } from '@skein/memory'
import { checkHistory, readHistory } from '@skein/memory/testing'
import type { Operation } from '@skein/memory/testing'

import { startChildIn } from './child.ts'
import type { Child } from './child.ts'
import { keyCount } from './fixtures/coherence-traffic.ts'
import { storeAt } from './fixtures/open-place.ts'
import { temporaryFolder } from './places.ts'

/** The outcome of a run under a fault. */
export interface Outcome {
  /** Copies that were not the newest version one second after all traffic had ended. */
  readonly stale: number
  /** Facts whose version is lower than an acknowledged one. */
  readonly lost: number
  /** Faults that the history checker found. */
  readonly violations: readonly string[]
  readonly operations: number
  readonly writes: number
}

/** Several processes of two threads each that read and write the same facts while something fails. */
export class CoherenceRun {
  readonly #place: string
  readonly #folder = temporaryFolder()
  readonly #children: Child[] = []
  readonly #env: NodeJS.ProcessEnv
  #started = 0

  /**
   * @param place - Where the processes find the store.
   * @param env - More variables for their environment.
   */
  static async start(place: string, processes = 4, env: NodeJS.ProcessEnv = {}): Promise<CoherenceRun> {
    const run = new CoherenceRun(place, env)
    for (let index = 0; index < processes; index += 1) run.#children.push(run.#startOne())
    await Promise.all(run.#children.map((child) => child.line('ready')))
    return run
  }

  private constructor(place: string, env: NodeJS.ProcessEnv) {
    this.#place = place
    this.#env = env
  }

  get children(): readonly Child[] {
    return this.#children
  }

  /** Kills a process and starts another one in its place. */
  async replace(index: number): Promise<void> {
    const child = this.#children[index]
    child?.signal('SIGKILL')
    await child?.ended
    const next = this.#startOne()
    this.#children[index] = next
    await next.line('ready')
    next.say('start')
    await next.line('started')
  }

  /** Runs all processes while `fault` happens, stops their traffic, and compares what they see. */
  async under(fault: () => Promise<void>): Promise<Outcome> {
    for (const child of this.#children) child.say('start')
    await Promise.all(this.#children.map((child) => child.line('started')))
    await fault()
    for (const child of this.#children) child.say('stop')
    await Promise.all(this.#children.map((child) => child.line('stopped')))
    // Not a pause to wait for something: the guarantee is that nothing is stale after a second.
    await pause(1_000)
    for (const child of this.#children) child.say('versions')
    const lines = await Promise.all(this.#children.map((child) => child.line('versions')))
    const seen = lines.flatMap((line) => JSON.parse(line.slice('versions '.length)) as number[][])
    const newest = await this.#newest()
    const history = this.#history()
    const acknowledged = history.filter(({ type, ok }) => type === 'write' && ok)
    return {
      stale: seen.flatMap((versions) => versions.filter((version, key) => version !== newest[key])).length,
      lost: acknowledged.filter(({ key, version }) => (version ?? 0) > (newest[Number(key.slice(1))] ?? 0)).length,
      violations: checkHistory(history).map(({ kind, key, sentence }) => `${kind} of ${key}: ${sentence}`),
      operations: history.length,
      writes: acknowledged.length,
    }
  }

  /** What each process can't do within two seconds; nothing if all is well. */
  async probe(): Promise<readonly string[]> {
    for (const child of this.#children) child.say('probe')
    const lines = await Promise.all(this.#children.map((child) => child.line('probed')))
    return lines.filter((line) => line !== 'probed ok')
  }

  /** How many outages each process was told of. */
  async told(): Promise<readonly number[]> {
    for (const child of this.#children) child.say('told')
    const lines = await Promise.all(this.#children.map((child) => child.line('told')))
    return lines.map((line) => Number(line.slice('told '.length)))
  }

  #startOne(): Child {
    this.#started += 1
    const name = `p${this.#started}`
    return startChildIn(this.#env, 'coherence-process.ts', this.#place, name, this.#logOf(this.#started))
  }

  /** The versions in the store, read without copies. */
  async #newest(): Promise<number[]> {
    await using memory = await openMemory({ store: storeAt(this.#place), architecture: 'centralized', auditKeepMs: 0 })
    const { facts } = memory.as({ id: 'checker', role: 'r' })
    const found = await Promise.all(Array.from({ length: keyCount }, (_, key) => facts.read(`k${key}`)))
    return found.map((fact) => fact?.version ?? 0)
  }

  /** All calls of all processes, killed ones included. */
  #history(): readonly Operation[] {
    return readHistory(...Array.from({ length: this.#started }, (_, index) => this.#logOf(index + 1)))
  }

  #logOf(index: number): string {
    return join(this.#folder, `${index}.log`)
  }
}

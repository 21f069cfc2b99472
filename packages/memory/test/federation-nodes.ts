import { inProcessBus, mapStore, openMemory } from '@skein/memory'
import type { FederationOptions, Memory, MemoryOptions, Principal, View } from '@skein/memory'
import type { Mutation, StoreDriver } from '@skein/memory/store'
import type { Bus, BusLink } from '@skein/memory/types'
import { onTestFinished } from 'vitest'

/** A node of a federation, with the view of an agent that may see everything. */
export interface Node extends View {
  readonly memory: Memory
}

/** Options of a node besides its name and bus. */
export type NodeOptions = Partial<MemoryOptions> & {
  readonly share?: FederationOptions['share']
  maxObjectBytes?: number
}

const all: Principal = { id: 'ann', role: 'test', clearance: { level: 'confidential', compartments: ['finance'] } }

/** Opens a node that closes at the end of the test. */
export async function openNode(node: string, bus: Bus, options: NodeOptions = {}): Promise<Node> {
  const { share, maxObjectBytes, ...rest } = options
  const federation = { node, bus, ...(share && { share }), ...(maxObjectBytes !== undefined && { maxObjectBytes }) }
  const memory = await openMemory({ store: mapStore(), architecture: 'federated', ...rest, federation })
  onTestFinished(() => memory.close())
  return Object.assign(memory.as({ ...all, id: `${node}-agent` }), { memory })
}

/** Opens two nodes on a new bus. */
export async function openPair(options: NodeOptions = {}): Promise<[a: Node, b: Node, bus: Bus]> {
  const bus = inProcessBus()
  return [await openNode('a', bus, options), await openNode('b', bus, options), bus]
}

/** Exchanges until all nodes have the same state. */
export async function settle(...nodes: readonly Node[]): Promise<void> {
  // In the second round each node reads those that published after it; in the third, answers to its requests.
  for (let turn = 0; turn < 3; turn += 1) for (const { memory } of nodes) await memory.exchange()
}

/** A real bus whose links a test can cut, and on which it can publish any message. */
export function cuttableBus(inner: Bus = inProcessBus()): {
  bus: Bus
  cut(): void
  mend(): void
  say(text: string): Promise<void>
} {
  let isCut = false
  const check = async (): Promise<void> => {
    if (isCut) throw new Error('The link is cut.')
  }
  const bus: Bus = {
    open: async (space, node) => {
      await check()
      const link = await inner.open(space, node)
      const cuttable: BusLink = {
        publish: async (messages, after) => check().then(() => link.publish(messages, after)),
        read: async (after, limit) => check().then(() => link.read(after, limit)),
        elect: async (name, ttlMs) => check().then(() => link.elect(name, ttlMs)),
        onNews: (listener) => link.onNews(() => isCut || listener()),
        [Symbol.asyncDispose]: () => link[Symbol.asyncDispose](),
      }
      return cuttable
    },
  }
  return {
    bus,
    cut: () => (isCut = true),
    mend: () => (isCut = false),
    say: async (text) => {
      await using link = await inner.open('default', 'test')
      await link.publish([text])
    },
  }
}

/** A real store that calls back before each write of the exchange. */
export function interruptedStore(before: () => Promise<void> | undefined): StoreDriver {
  const inner = mapStore()
  return {
    ...inner,
    open: async (space, role) => {
      const store = await inner.open(space, role)
      return new Proxy(store, {
        get: (target, name) => {
          const value: unknown = Reflect.get(target, name, target)
          if (name !== 'write') return typeof value === 'function' ? value.bind(target) : value
          return async (batch: readonly Mutation[]) => {
            if (batch.some(({ key }) => key.collection === 'federation')) await before()
            return target.write(batch)
          }
        },
      })
    },
  }
}

/** Collects the messages of process warnings from now on. */
export function listenForWarnings(): string[] {
  const warnings: string[] = []
  const listener = (warning: Error): void => void warnings.push(warning.message)
  process.on('warning', listener)
  onTestFinished(() => void process.off('warning', listener))
  return warnings
}

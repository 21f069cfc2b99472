import type { Actor } from '../space/actor.ts'
import type { HeldLease } from '../space/lease-keeper.ts'
import { hasEnded, ownProcess } from '../space/process-identity.ts'
import type { OwnMutation } from '../space/shown.ts'
import type { Space } from '../space/space.ts'
import type { RecordKey, Seq, StoredRecord } from '../store/record.ts'
import { publicLabel } from '../values/access.ts'
import { decodeJson, encodeJson } from '../values/json.ts'

/** A process that hosts durable agents, as it describes itself. */
export interface AgentHostEntry {
  readonly id: string
  /** The name of its machine. */
  readonly machine: string
  readonly pid: number
  /** When it began, Unix milliseconds by its own clock. */
  readonly startedAt: number
  /** Agents that it runs at most. */
  readonly cap: number
  /** Agents that it runs; up to a second old. */
  readonly running: number
  /** Whether it takes no more agents, and gives away those that it has. */
  readonly isDraining: boolean
  /** The definitions that it has, by name: each with its version, and how many of its agents run here. */
  readonly definitions: Readonly<Record<string, { readonly version: number; readonly running: number }>>
  /** Agents whose saved state does not fit its definitions. */
  readonly refused: readonly string[]
}

/** The presence of a host, which others see while its process renews it. */
export interface HostPresence {
  /** Says something else of itself, and is visible again if it was not renewed in time. */
  update(entry: AgentHostEntry): Promise<void>
  leave(): Promise<void>
}

/** A host as its record holds it. */
interface Stored {
  readonly entry: AgentHostEntry
  /** The name of its process, by which others of its machine can tell that it has ended. */
  readonly process: string | undefined
}

/** The task of the records of hosts, by which they are listed. */
export const hostsTask = 'agent-hosts'

/** Makes a host visible to all processes of the space. @param leaseMs - How long it stays so when its process dies. */
export async function announceHost(
  space: Space,
  actor: Actor,
  entry: AgentHostEntry,
  leaseMs: number,
): Promise<HostPresence> {
  const key: RecordKey = { collection: 'settings', id: `${hostsTask}/${entry.id}` }
  let lease: HeldLease | undefined
  const update = async (present: AgentHostEntry): Promise<void> => {
    const meta = actor.mark({ author: actor.principal.id, task: hostsTask, tags: [], derivedFrom: [], ...publicLabel })
    const value = encodeJson({ entry: present, process: ownProcess() } satisfies Stored)
    // Before the write: a renewal of the version that it replaces would take the lease for lost.
    lease?.stop()
    const [written] = await actor.write([{ type: 'set', key, value, meta, ttlMs: leaseMs } satisfies OwnMutation])
    lease = space.leases.hold(key, written?.version ?? 0, leaseMs)
  }
  await update(entry)
  const leave = async (): Promise<void> => {
    lease?.stop()
    await actor.commit([{ type: 'delete', key }], { over: false })
  }
  return { update, leave }
}

/** The hosts that are there, by their ids. Those of this machine whose process has ended are not (Linux). */
export async function listHosts(actor: Actor): Promise<AgentHostEntry[]> {
  const found: StoredRecord[] = []
  for (let after: Seq | undefined; ;) {
    const query = { collection: 'settings', order: 'oldest', task: hostsTask, limit: 500, after } as const
    const { records, next } = await actor.unseen.query(query)
    found.push(...records)
    if (next === undefined) break
    after = next
  }
  return found
    .map(({ value }) => decodeJson(value) as Stored)
    .filter(({ process }) => !hasEnded(process))
    .map(({ entry }) => entry)
    .toSorted((one, other) => (one.id < other.id ? -1 : 1))
}

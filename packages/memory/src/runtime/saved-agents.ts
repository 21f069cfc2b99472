import type { Actor } from '../space/actor.ts'
import type { OwnMutation } from '../space/shown.ts'
import type { Space } from '../space/space.ts'
import { guardOf } from '../space/write-options.ts'
import { recordPages } from '../store/record-pages.ts'
import type { RecordKey } from '../store/record.ts'
import type { Label } from '../values/access.ts'
import { VersionConflictError } from '../values/errors.ts'
import { decodeJson, encodeJson } from '../values/json.ts'
import { requireDuration, requireLifetime, requireStrings } from '../values/require-option.ts'
import { workId } from '../work/work-id.ts'
import { describeMutation, readDescription } from './agent-descriptions.ts'
import { announceHost, listHosts } from './agent-hosts.ts'
import type { AgentHostEntry, HostPresence } from './agent-hosts.ts'
import { mailKey, mailMutation, readMail, takeMail } from './agent-mail.ts'
import type { Mail, MailQuery, OutgoingMail } from './agent-mail.ts'
import { followAgents } from './agent-news.ts'
import { followOrders } from './agent-orders.ts'
import type { GivenOrder, OrderOutcome } from './agent-orders.ts'
import type { AgentNews } from './agent-news.ts'
import { pausedTag, savedAgentOf } from './saved-agent.ts'
import type { SaveAgent, SavedAgent, SavedAgentStatus, SavedAgentSummary } from './saved-agent.ts'
import { requireOptions } from '../values/require-options.ts'

/**
 * The states of durable agents and their pending mail. For runtimes, which define what
 * a state means.
 */
export class SavedAgents {
  readonly #space: Space
  readonly #actor: Actor

  /** @internal */
  constructor(space: Space, actor: Actor) {
    this.#space = space
    this.#actor = actor
  }

  /** The saved agent with this principal's id, if this principal can see one. */
  async load(): Promise<SavedAgent | undefined> {
    this.#space.assertOpen()
    const record = await this.#actor.read(keyOf(this.#actor.principal.id))
    return record && { ...savedAgentOf(record), version: record.version, state: decodeJson(record.value) }
  }

  /**
   * Saves the state of this principal, labelled with its clearance. Removes and posts
   * mail in the same atom.
   *
   * @returns the version of the saved state.
   * @throws FenceError when the claim was lost; VersionConflictError without a `current` when the state that it continues
   * from, or mail that it has taken, was forgotten; ValueError, StoreError
   */
  async save(saved: SaveAgent): Promise<number> {
    try {
      return await this.#save(saved, saved.ifVersion)
    } catch (error) {
      const { ifVersion } = saved
      if (!(error instanceof VersionConflictError) || ifVersion === undefined || error.current === undefined)
        throw error
      // The claim's holder alone saves, so it is its own state, by the version that a store gave it after it lost data.
      return this.#save(saved, error.current as number)
    }
  }

  async #save(saved: SaveAgent, ifVersion: number | undefined): Promise<number> {
    const {
      definition,
      status,
      isPaused = false,
      state,
      claim,
      ttlMs,
      taken = [],
      outgoing = [],
      finishedWork = [],
      describes,
    } = saved
    if (ttlMs !== undefined) requireLifetime('ttlMs', ttlMs)
    const { id: author, role } = this.#actor.principal
    this.#space.assertOpen()
    const tags = [`definition:${definition}`, `status:${status}`, `role:${role}`, ...(isPaused ? [pausedTag] : [])]
    const meta = this.#actor.mark({ author, tags, derivedFrom: [], ...this.#label })
    const done = finishedWork.map((key): RecordKey => ({ collection: 'work', id: workId(this.#actor.audience, key) }))
    const guard = guardOf({ claim })
    const batch: readonly OwnMutation[] = [
      { type: 'set', key: keyOf(author), value: encodeJson(state), meta, ttlMs, guard, ifVersion },
      ...taken.map(({ id, version }): OwnMutation => ({ type: 'delete', key: mailKey(id), ifVersion: version })),
      ...done.map((key): OwnMutation => ({ type: 'delete', key })),
      ...outgoing.map((mail) => this.#mutation(mail)),
      ...(describes ? describeMutation(this.#actor, describes) : []),
    ]
    const [written] = await this.#actor.write(batch, ({ version }) => version)
    return written?.version ?? 0
  }

  /**
   * Saves a first state of this principal, which runs nowhere yet.
   *
   * @param created.by - Who creates it.
   * @returns whether it was saved: if not, the id has a saved agent.
   * @throws ValueError, StoreError
   */
  async create(created: {
    readonly definition: string
    readonly state: unknown
    readonly by: string
  }): Promise<boolean> {
    const { definition, state, by: author } = created
    const { id, role } = this.#actor.principal
    this.#space.assertOpen()
    const tags = [`definition:${definition}`, 'status:active', `role:${role}`]
    const meta = this.#actor.mark({ author, tags, derivedFrom: [], ...this.#label })
    try {
      await this.#actor.write([{ type: 'set', key: keyOf(id), value: encodeJson(state), meta, ifVersion: 0 }])
      return true
    } catch (error) {
      if (error instanceof VersionConflictError) return false
      throw error
    }
  }

  /**
   * Posts a message. It waits until the agent takes it, whether the agent runs now or not.
   *
   * @returns its id.
   * @throws ValueError, StoreError
   */
  async post(mail: OutgoingMail): Promise<string> {
    this.#space.assertOpen()
    const mutation = this.#mutation(mail)
    try {
      await this.#actor.write([mutation])
    } catch (error) {
      const isThere = mail.id !== undefined && error instanceof VersionConflictError
      if (!isThere) throw error
    }
    return mutation.key.id
  }

  /** Pending mail of this principal, in the order of posting. */
  async mail(query: MailQuery = {}): Promise<Mail[]> {
    requireOptions('agents.mail', query, { after: 'any', limit: 'any' })
    this.#space.assertOpen()
    return readMail(this.#actor, query)
  }

  /**
   * Takes the mail that waits at an address that is no agent's, such as that of answers: it is removed.
   *
   * Needs the right `administer`, as {@link list}.
   *
   * @throws AccessError
   */
  async takeMail(to: string): Promise<Mail[]> {
    requireStrings('to', [to])
    this.#space.assertOpen()
    this.#actor.requireRight('administer', 'list', mailKey(''))
    return takeMail(this.#actor, to)
  }

  /**
   * Tells what happens to agents, in any process.
   *
   * Needs the right `administer`, as {@link list}.
   *
   * @returns how to stop it.
   * @throws AccessError
   */
  follow(news: AgentNews): () => void {
    this.#actor.requireRight('administer', 'list', mailKey(''))
    return followAgents(this.#actor, news)
  }

  /**
   * Has orders carried out that are given from now on, in any process, with `View.control`.
   *
   * Needs the right `administer`, as {@link list}.
   *
   * @param carryOut - Resolves to what came of an order; to `undefined` when its agent does not run here.
   * @returns how to stop it.
   * @throws AccessError
   */
  followOrders(carryOut: (given: GivenOrder) => Promise<OrderOutcome | undefined>): () => void {
    this.#actor.requireRight('administer', 'list', keyOf(''))
    return followOrders(this.#space, this.#actor, carryOut)
  }

  /**
   * Makes this process visible as a host of agents, until it leaves or no longer renews its presence.
   *
   * Needs the right `administer`, as {@link list}.
   *
   * @throws AccessError, StoreError
   */
  async announceHost(entry: AgentHostEntry, leaseMs: number): Promise<HostPresence> {
    requireDuration('leaseMs', leaseMs, 50)
    this.#space.assertOpen()
    this.#actor.requireRight('administer', 'list', keyOf(''))
    return announceHost(this.#space, this.#actor, entry, leaseMs)
  }

  /**
   * The hosts of agents that are there, by their ids.
   *
   * Needs the right `administer`, as {@link list}.
   *
   * @throws AccessError
   */
  async hosts(): Promise<AgentHostEntry[]> {
    this.#space.assertOpen()
    this.#actor.requireRight('administer', 'list', keyOf(''))
    return listHosts(this.#actor)
  }

  /**
   * What a runtime said of a definition when it saved an agent of it (`describes`); `undefined` if none did.
   *
   * Needs the right `administer`, as {@link list}.
   *
   * @throws AccessError
   */
  async description(id: string): Promise<unknown> {
    requireStrings('id', [id])
    this.#space.assertOpen()
    this.#actor.requireRight('administer', 'list', keyOf(''))
    return readDescription(this.#actor, id)
  }

  /**
   * The saved agents with these ids without their states, as far as there are such.
   *
   * Needs the right `administer`, as {@link list}.
   *
   * @throws AccessError
   */
  async summaries(ids: readonly string[]): Promise<SavedAgentSummary[]> {
    requireStrings('ids', ids)
    this.#space.assertOpen()
    this.#actor.requireRight('administer', 'list', keyOf(''))
    const records = ids.length === 0 ? [] : await this.#actor.unseen.read(ids.map(keyOf))
    return records.flatMap((record) => {
      if (!record) return []
      this.#actor.used(record)
      return [savedAgentOf(record)]
    })
  }

  /**
   * All saved agents without their states, oldest first.
   *
   * Needs the right `administer`: a runtime has to know them all, whatever their clearance.
   *
   * @throws AccessError
   */
  async list(
    filter: { readonly status?: SavedAgentStatus; readonly definition?: string } = {},
  ): Promise<SavedAgentSummary[]> {
    requireOptions('agents.list', filter, { status: 'string', definition: 'string' })
    this.#space.assertOpen()
    this.#actor.requireRight('administer', 'list', keyOf(''))
    const tags = [
      ...(filter.status === undefined ? [] : [`status:${filter.status}`]),
      ...(filter.definition === undefined ? [] : [`definition:${filter.definition}`]),
    ]
    const cards: SavedAgentSummary[] = []
    const query = { collection: 'agents', tags, limit: pageSize } as const
    for await (const page of recordPages(this.#actor.unseen, query)) {
      for (const record of page) this.#actor.used(record)
      cards.push(...page.map((record) => savedAgentOf(record)))
    }
    return cards
  }

  get #label(): Label {
    const { level: sensitivity, compartments } = this.#actor.audience
    return { sensitivity, compartments }
  }

  #mutation(mail: OutgoingMail): ReturnType<typeof mailMutation> {
    requireStrings('to', [mail.to])
    if (mail.id !== undefined) requireStrings('id', [mail.id])
    return mailMutation(this.#actor, this.#label, mail)
  }
}

const pageSize = 500

function keyOf(id: string): RecordKey {
  return { collection: 'agents', id }
}

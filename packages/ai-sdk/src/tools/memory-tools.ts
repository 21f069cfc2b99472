import type { Claim, View } from '@skein/memory'
import { requireOptions, requireStrings } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'
import type { Label } from '@skein/memory/store'
import type { Tool } from 'ai'

import { requireView } from '../sharing/require-view.ts'
import { defineTool } from './define-tool.ts'
import { factFound, mostFound, receiveAlerts, recordsById, search } from './found-data.ts'

/** Options of {@link memoryTools}. */
export interface MemoryToolsOptions {
  /** The task that everything is about, unless the model names another. @defaultValue 'shared' */
  readonly task?: string
  /**
   * Adds the tool `forget`, which lets the model erase the principal's records and everything derived from them.
   *
   * @defaultValue false
   */
  readonly forget?: boolean
}

/** The tools, by the names that models call them by. Disposing releases the claims that they hold. */
export type MemoryTools = Readonly<
  Record<'remember' | 'recall' | 'fact_get' | 'fact_set' | 'ask_person' | 'claim' | 'hand_over', Tool>
> & { readonly [Symbol.asyncDispose]: () => Promise<void> }

const kinds: OptionKinds<MemoryToolsOptions> = { task: 'string', forget: 'boolean' }
const text = { type: 'string' } as const
const texts = { type: 'array', items: text } as const

/**
 * The shared memory as tools for any agent of the AI SDK. The model sees and writes what the view's principal may. It
 * gets records of others as quoted data, and failures as answers.
 *
 * Everything is written under the label of what the view has read. A view that notes no reads can't tell, so there it is
 * the principal's whole clearance: use `memory.as(principal, new ReadScope({ lasts: true }))`, or an activity's view.
 *
 * @throws OptionError
 *
 * @example
 * ```ts no-run
 * import { memoryTools } from '@skein/ai-sdk'
 * import { generateText, stepCountIs } from 'ai'
 *
 * const tools = memoryTools(memory.as({ id: 'ann', role: 'research' }), { task: 'acme' })
 * await generateText({ model: claude, tools, stopWhen: stepCountIs(10), prompt: 'What do we know of Acme?' })
 * ```
 */
export function memoryTools(
  view: View,
  options: MemoryToolsOptions & { readonly forget: true },
): MemoryTools & { readonly forget: Tool }
export function memoryTools(view: View, options?: MemoryToolsOptions): MemoryTools
export function memoryTools(view: View, options?: MemoryToolsOptions): MemoryTools & { readonly forget?: Tool } {
  requireView(view)
  const { task = 'shared', forget = false } = requireOptions('memoryTools', options, kinds)
  requireStrings('task', [task])
  const tools = new Toolbox(view, task).tools()
  return forget ? { ...tools, forget: forgetTool(view) } : tools
}

/** The tool by which a model erases records. */
function forgetTool(view: View): Tool {
  return defineTool<{ ids: string[]; reason?: string }>({
    name: 'forget',
    description: 'Erase records of yours for everybody, with what was made of them. It cannot be undone.',
    properties: { ids: texts, reason: text },
    required: ['ids'],
    run: async ({ ids, reason = 'The model of an agent asked for it.' }) => {
      const { forgotten } = await view.forget(ids, { reason, derived: 'forget' })
      return { forgotten }
    },
  })
}

/** What all tools of one agent share: its view, its task, and the claims that it holds. */
class Toolbox {
  readonly #view: View
  readonly #task: string
  readonly #claims = new Map<string, Claim>()

  constructor(view: View, task: string) {
    this.#view = view
    this.#task = task
  }

  tools(): MemoryTools {
    return {
      remember: defineTool<{ text: string; tags?: string[]; importance?: number; task?: string }>({
        name: 'remember',
        description: 'Save a finding for all agents.',
        properties: { text, tags: texts, importance: { type: 'number', description: '0 to 1' }, task: text },
        required: ['text'],
        run: async ({ text: value, task, ...rest }) => {
          const { id } = await this.#view.observations.log({ value, ...rest, ...this.#meta(task) })
          return { id: `observations/${id}` }
        },
      }),
      recall: defineTool<{ query?: string; ids?: string[]; task?: string; limit?: number }>({
        name: 'recall',
        description:
          'Find what agents noted: by words, or the newest, and what was handed over to you. Gives ids and beginnings. ' +
          'Pass ids for whole texts, and for answers of people.',
        properties: { query: text, ids: texts, task: text, limit: { type: 'integer', maximum: mostFound } },
        required: [],
        run: async ({ query, ids, limit = 8, ...filter }) => {
          if (ids) return { found: await recordsById(this.#view, ids) }
          const noted = await search(this.#view, query, { limit, ...filter })
          // Last, as it comes once: nothing can go wrong after it.
          const received = query === undefined ? await receiveAlerts(this.#view) : []
          return { found: [...received, ...noted] }
        },
      }),
      fact_get: defineTool<{ key: string }>({
        name: 'fact_get',
        description: 'Read a named value that all agents share, and its version.',
        properties: { key: text },
        required: ['key'],
        run: async ({ key }) => {
          const fact = await this.#view.facts.read(key)
          return fact ? { version: fact.version, found: [factFound(fact)] } : { version: 0, found: [] }
        },
      }),
      fact_set: defineTool<{ key: string; value: unknown; ifVersion?: number; task?: string }>({
        name: 'fact_set',
        description:
          'Set a named value. With ifVersion only if that is still its version (0: only if it is absent); a conflict ' +
          'gives the present value.',
        properties: { key: text, value: { description: 'Any JSON' }, ifVersion: { type: 'integer' }, task: text },
        required: ['key', 'value'],
        run: async ({ key, value, task, ...rest }) => {
          const { version } = await this.#view.facts.set(key, value, { ...rest, ...this.#meta(task) })
          return { version }
        },
      }),
      ask_person: defineTool<{ question: string; reason?: string; assignedTo?: string; task?: string }>({
        name: 'ask_person',
        description: 'Ask a person. Comes back at once: ask the same again, or recall the id, for the answer.',
        properties: { question: text, reason: text, assignedTo: text, task: text },
        required: ['question'],
        run: async ({ question, reason = question, task, ...rest }) => {
          const asked = await this.#view.escalations.open({ question, reason, ...rest, ...this.#meta(task) })
          const id = `escalations/${asked.id}`
          return {
            id,
            state: asked.state,
            ...(asked.answer !== undefined && { found: await recordsById(this.#view, [id]) }),
          }
        },
      }),
      claim: defineTool<{ task: string; release?: boolean }>({
        name: 'claim',
        description: 'Take a task, so that no other agent works on it; or release it.',
        properties: { task: text, release: { type: 'boolean' } },
        required: ['task'],
        run: async ({ task, release = false }) => {
          if (release) await this.#release(task)
          const claimed = !release && (await this.#claim(task))
          return claimed || release ? { claimed } : { claimed, by: (await this.#view.claims.holder(task))?.agent }
        },
      }),
      hand_over: defineTool<{ note: string; agent?: string; role?: string; task?: string }>({
        name: 'hand_over',
        description: 'Hand a task over, with a note, to an agent or to all of a role. Releases your claim.',
        properties: { note: text, agent: text, role: text, task: text },
        required: ['note'],
        run: async ({ note, agent, role, task = this.#task }) => {
          const to = [agent === undefined ? [] : agent, role === undefined ? [] : { role }].flat()
          await this.#view.alerts.send({ to, insight: note, ...this.#meta(task) })
          await this.#release(task)
          return { handedOver: true }
        },
      }),
      [Symbol.asyncDispose]: async () => {
        await Promise.all(Array.from(this.#claims.keys(), (task) => this.#release(task)))
      },
    }
  }

  /** What every write bears: the label of what may have gone into it, and the claim on its task, if there is one. */
  #meta(task = this.#task): Label & { readonly task: string; readonly claim?: Claim } {
    const claim = this.#claims.get(task)
    return { task, ...this.#view.label, ...(claim && { claim }) }
  }

  async #claim(task: string): Promise<boolean> {
    if (this.#claims.get(task)?.signal.aborted === false) return true
    const claim = await this.#view.claims.claim(task)
    if (claim) this.#claims.set(task, claim)
    return claim !== undefined
  }

  async #release(task: string): Promise<void> {
    await this.#claims.get(task)?.release()
    this.#claims.delete(task)
  }
}

// What the types of agents promise. Checked with the other tests, and by `scripts/xstate-types.ts` with other
// versions of XState and TypeScript: it compiles, or a type has broken.
import { agent, behavior, createFlock, durable, escalate, pipe, refuse, reply, tell } from '@skein/core'
import type { ActivitiesOf, Activity, AgentDefinition, AgentRef, Flock, Question, Reply } from '@skein/core'
import type { BehaviorContext, QuestionsFor } from '@skein/core/types'
import { withCrashes } from '@skein/core/testing'
import { mapStore, openMemory } from '@skein/memory'
import {
  assign,
  createMachine,
  emit,
  enqueueActions,
  fromCallback,
  fromObservable,
  fromPromise,
  fromTransition,
  sendTo,
  setup,
} from 'xstate'

type IsAny<Type> = 0 extends 1 & Type ? true : false
type Same<A, B> = [IsAny<A>, A] extends [IsAny<B>, B] ? ([B] extends [A] ? true : false) : false
declare function same<A, B>(isSame: Same<A, B>): void

const memory = await openMemory({ store: mapStore() })
const flock: Flock = await createFlock({ memory, askTimeoutMs: 5_000 })

// A machine with everything declared.
type Price = Question<'price', { sku: string }, number>
type Events = { type: 'open' } | { type: 'enter'; who: string } | Price
const lookUp = fromPromise<{ found: number }, { sku: string }>(async ({ input }) => ({ found: input.sku.length }))
const shop = setup({
  types: {} as {
    context: { readonly visitors: readonly string[] }
    events: Events
    input: { readonly limit: number }
    output: readonly string[]
    emitted: Reply
    tags: 'busy'
  },
  actors: {
    lookUp,
    ask: escalate<{ granted: boolean }>(),
    tick: fromCallback<{ type: 'x' }>(() => {}),
    count: fromTransition((n: number) => n + 1, 0),
  },
  guards: { isKnown: ({ context }, params: { who: string }) => !context.visitors.includes(params.who) },
  actions: { note: ({ context }, params: { text: string }) => void [context, params] },
  delays: { later: 1_000 },
}).createMachine({
  context: ({ input }) => ({ visitors: Array.from({ length: input.limit }, () => 'nobody') }),
  initial: 'closed',
  states: {
    closed: { tags: 'busy', on: { open: 'opened' }, after: { later: 'opened' } },
    opened: {
      invoke: {
        src: 'lookUp',
        input: { sku: 'lamp' },
        onDone: { actions: assign({ visitors: ({ event }) => [event.output.found.toFixed(0)] }) },
      },
      on: {
        enter: {
          target: 'done',
          guard: { type: 'isKnown', params: ({ event }) => ({ who: event.who }) },
          actions: [
            { type: 'note', params: { text: 'x' } },
            tell(({ event }) => ({ to: event.who, message: { type: 'hello' } })),
            assign({ visitors: ({ event }) => [event.who] }),
          ],
        },
        price: {
          actions: [
            emit(({ event }) => reply(event, event.input.sku.length)),
            emit(({ event }) => refuse(event, new Error('unknown'))),
            // @ts-expect-error -- The answer is a number.
            emit(({ event }) => reply(event, 'much')),
          ],
        },
      },
    },
    asking: {
      invoke: {
        src: 'ask',
        input: { task: 't', reason: 'r', question: 'q' },
        onDone: { target: 'done', guard: ({ event }) => event.output.granted },
      },
    },
    done: { type: 'final' },
  },
  output: ({ context }) => context.visitors,
})

const keeper = flock.spawn(shop, { role: 'keeper', input: { limit: 1 } })
same<Awaited<typeof keeper.done>, readonly string[]>(true)
same<typeof keeper.snapshot.value, 'closed' | 'opened' | 'asking' | 'done'>(true)
same<typeof keeper.snapshot.context, { readonly visitors: readonly string[] }>(true)
if (keeper.snapshot.status === 'done') same<typeof keeper.snapshot.output, readonly string[]>(true)
keeper.snapshot.matches('opened')
keeper.snapshot.hasTag('busy')
// @ts-expect-error -- No such state.
keeper.snapshot.matches('ajar')
keeper.send({ type: 'enter', who: 'ann' })
// @ts-expect-error -- Something is missing.
keeper.send({ type: 'enter' })
// @ts-expect-error -- No such message.
keeper.send({ type: 'leave' })
same<typeof price, number>(true)
const price = await keeper.ask({ type: 'price', input: { sku: 'lamp' } }, { timeoutMs: Number.POSITIVE_INFINITY })
// @ts-expect-error -- `open` is no question: nobody would answer.
await keeper.ask({ type: 'open' })
// @ts-expect-error -- The machine's input has another type.
flock.spawn(shop, { input: { limit: 'many' } })

// Machines that declare less.
const plain = createMachine({ initial: 'a', states: { a: { on: { go: 'b' } }, b: { type: 'final' } } })
const plainRef = flock.spawn(plain)
plainRef.send({ type: 'anything' })
await plainRef.ask({ type: 'anything' })
const half = setup({ types: {} as { events: { type: 'go' } } }).createMachine({ on: { go: {} } })
flock.spawn(half).send({ type: 'go' })
const nested = setup({
  types: {} as { context: { n: number }; events: { type: 'go' } | { type: 'stop'; hard: boolean } },
  actors: { shop, half },
}).createMachine({
  type: 'parallel',
  context: { n: 0 },
  states: {
    one: { initial: 'a', states: { a: { on: { go: { target: 'b', guard: ({ context }) => context.n > 0 } } }, b: {} } },
    two: {
      invoke: { src: 'half', id: 'half' },
      entry: [
        enqueueActions(({ enqueue, check }) => {
          if (check(({ context }) => context.n > 1)) enqueue.assign({ n: 1 })
          enqueue.raise({ type: 'go' })
        }),
        sendTo('half', { type: 'go' }),
      ],
    },
  },
})
const nestedRef = flock.spawn(nested, { supervision: { onFailure: 'restart' } })
same<typeof nestedRef.snapshot.context, { n: number }>(true)
// @ts-expect-error -- None of its messages is a question.
await nestedRef.ask({ type: 'go' })

// Logic that is no machine.
const promised = flock.spawn(lookUp, { input: { sku: 'lamp' } })
same<Awaited<typeof promised.done>, { found: number }>(true)
const counting = flock.spawn(fromTransition((n: number, event: { type: 'add'; by: number }) => n + event.by, 0))
counting.send({ type: 'add', by: 1 })
same<typeof counting.snapshot.context, number>(true)
flock.spawn(fromCallback<{ type: 'ping' }>(() => {})).send({ type: 'ping' })
flock.spawn(fromObservable(() => ({ subscribe: () => ({ unsubscribe: () => {} }) }) as never))

// Light agents.
type Counting = { type: 'add'; by: number } | Question<'read', undefined, number>
const counter = behavior({
  role: 'counter',
  initial: 0,
  receive: (count, message: Counting, { reply: answer, stop }: BehaviorContext<string>) => {
    if (message.type === 'add') return count + message.by
    answer(message, count)
    stop('read')
    return count
  },
})
const counterRef = flock.spawn(counter)
same<Awaited<typeof counterRef.done>, string | undefined>(true)
same<typeof counterRef.snapshot.context, number>(true)
same<Awaited<typeof read>, number>(true)
const read = counterRef.ask({ type: 'read' })
// @ts-expect-error -- `add` is no question.
await counterRef.ask({ type: 'add', by: 1 })
// @ts-expect-error -- A state, not a promise of one.
behavior({ role: 'late', initial: 0, receive: async (count: number, message: Counting) => count + message.type.length })

// Agents of activities.
declare const work: ActivitiesOf<{ count: Activity<string, number>; spell: Activity<{ word: string }, string[]> }>
const worker = flock.spawn(agent({ role: 'worker', on: { count: work.count, spell: work.spell } }))
same<Awaited<typeof spelled>, string[]>(true)
const spelled = worker.ask({ type: 'spell', input: { word: 'a' } })
// @ts-expect-error -- The input has another type.
await worker.ask({ type: 'count', input: 1 })
const invoking = setup({ actors: { count: work.count.logic } }).createMachine({
  initial: 'counting',
  states: {
    counting: {
      invoke: {
        src: 'count',
        input: 'to be',
        onDone: { actions: ({ event }) => same<typeof event.output, number>(true) },
      },
    },
  },
})
flock.spawn(invoking)
setup({ actors: { count: work.count.logic } }).createMachine({
  initial: 'counting',
  // @ts-expect-error -- The input has another type.
  states: { counting: { invoke: { src: 'count', input: 1 } } },
})

// Durable agents, and agents that crash on demand.
const saved = durable(shop, { name: 'shop' })
const savedRef = await flock.spawnDurable(saved, { id: 's', input: { limit: 1 } })
same<Awaited<typeof savedRef.done>, readonly string[]>(true)
same<typeof savedRef.snapshot.value, 'closed' | 'opened' | 'asking' | 'done'>(true)
const { resumed } = await flock.resume([saved])
for (const ref of resumed) same<Awaited<typeof ref.done>, readonly string[]>(true)
const { resumed: mixed } = await flock.resume([saved, durable(counter, { name: 'counter' })])
for (const ref of mixed) {
  same<Awaited<typeof ref.done>, readonly string[] | string | undefined>(true)
  ref.send({ type: 'add', by: 1 })
}
const flaky = flock.spawn(withCrashes(shop, () => undefined))
same<Awaited<typeof flaky.done>, readonly string[]>(true)

// Handles without their machine.
const anything: AgentRef = keeper
const anyone: readonly AgentRef<never>[] = [keeper, counterRef, worker, savedRef]
const some: AgentDefinition<Counting> = counter
same<Awaited<typeof anything.done>, unknown>(true)
anyone[0]?.watch(keeper)
flock.spawn(some)
const role = flock.role<Counting>('counter', { route: (message) => message.type })
same<Awaited<typeof asked>, number>(true)
const asked = role.ask({ type: 'read' })
// @ts-expect-error -- `add` is no question.
await role.ask({ type: 'add', by: 1 })
await flock.role('counter').ask({ type: 'read' })
await flock.agent('counter-1')?.ask({ type: 'read' })
await flock.agent<Counting>('counter-1')?.ask({ type: 'read' })

// Functions of the file, steps and pipes: each hands on what the next one takes.
const notesOf = flock.activity(async (_, topic: string) => [topic])
const articleOf = flock.activity((_, notes: readonly string[]) => notes.length)
const scribe = flock.spawn(agent({ role: 'scribe', on: { note: notesOf, write: articleOf } }))
const scribing = pipe(
  scribe.step('note'),
  flock.role<QuestionsFor<{ write: typeof articleOf }>>('scribe').step('write'),
)
same<Awaited<ReturnType<typeof scribing>>, number>(true)
same<Parameters<typeof scribing>[0], string>(true)
const counts = await flock.map(['sun'], scribing)
same<typeof counts, number[]>(true)
const sizes = await flock.map(['sun', 'sea'], async ({ model }, topic) => [model.id, topic.length] as const)
same<typeof sizes, (readonly [string, number])[]>(true)
const most = await flock.reduce([1, 2], async (_, counted) => Math.max(...counted))
same<typeof most, number>(true)
const flag = await flock.run(async ({ signal }) => signal.aborted)
same<typeof flag, boolean>(true)
// @ts-expect-error -- The second step takes notes, not a number.
pipe(scribe.step('write'), scribe.step('write'))
// @ts-expect-error -- It takes no such question.
scribe.step('sing')
// @ts-expect-error -- The activity takes a string.
await flock.map([1], notesOf)

import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { agent, behavior, createFlock, durable, extractiveModel, shareModel } from '@skein/core'
import { mapStore, OptionError, openMemory } from '@skein/memory'
import { openaiModel } from '@skein/openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { entryPoints } from '../scripts/manifests.ts'
import { methodCalls } from './method-calls.ts'
import { functionCalls } from './option-calls.ts'
import type { CallSubjects, OptionCall } from './option-calls.ts'

const root = join(import.meta.dirname, '..')
let subjects: CallSubjects

beforeAll(async () => {
  const memory = await openMemory({ store: mapStore() })
  const view = memory.as({ id: 'ann', role: 'tester', rights: ['audit', 'administer'] })
  const flock = await createFlock({ memory })
  const ref = flock.spawn(behavior({ role: 'ping', initial: 0, receive: (count: number) => count }))
  subjects = { memory, view, flock, ref }
})

afterAll(async () => {
  await subjects.flock.close()
  await subjects.memory.close()
})

/** What a call throws or rejects with. */
async function errorOf(call: () => unknown): Promise<unknown> {
  try {
    await call()
  } catch (error) {
    return error
  }
  return undefined
}

/** Functions that take no options: their arguments are values of their own. */
const withoutOptions = new Set(
  `@skein/bullmq: HealthServer
   @skein/core: escalate extractiveModel listAgentHosts move pipe readBudget refuse reply tell
   @skein/core/executor: Exchange costOf defaultThreads descriptionId estimateInput estimateTokens failureCode findAnswers isCount loadTokenizer
     detectLanguage moduleExports moduleUrl outlineOf priceOf quoteData readPrompts readSentences retryAfterMs savedPositionOf splitSentences sumDrops textForm toResponse
   @skein/core/executor/testing: describeExecutor
   @skein/core/testing: deadLetters stepScheduler virtualClock withCrashes
   @skein/dashboard: MetricReducer windowMetrics
   @skein/memory: encryptionFromEnvironment
   @skein/memory/buckets: folderBucket
   @skein/memory/runtime: Account Emitter KeptByOther OrderLost Records SpanLog addCost asPartOf carryOut costOfWork currentAccount currentTrace currentWork encodeJson erasureOf errorDocs errorType escalationOf fromEnvelope handedWork hasEnded hasPhrase inTrace isTraceparent mayHold traceOf traced tracerOf
     indexTerms isOutage joinMemory labelFrom listRuns matchPlace noteUse objectInfoOf isBundled keyOfSource ownFile threadFlags parseQuery parseWorkId plainText probablyMeant rankValues requireDuration requireInteger requireLifetime requireNumber
     requireObject requireOptions requireStrings requireTimes runtimeState savedAgentOf sealingInForce snippetOf sourceName sumOfLedger termReader toEnvelope toStoredEnvelope warn
     workId workStateOf
   @skein/memory/values: ownFile requireDuration requireInteger requireStrings requireOptions warn
   @skein/memory/store: DerivedIndex StoreClock TermTable asHeld beyondPrefix changeOf collectionsWith compareNames covers decideMutation hasTrait indexTerms
     hashOf isSameFeed isSealed joinLabels labelText levelIndex liveRecord loadFromDescriptor matchWords matchesFilter parseLabel postingCode
     pastEffect queryTerms queryWords rawText searchTerms termsOfValue topMatches trimmed
   skein: openStore renderSummary`
    .split(/\n(?= {3}\S)/)
    .flatMap((line) => {
      const [entry = '', ...names] = line.trim().split(/[:\s]+/)
      return names.map((name) => `${entry} ${name}`)
    }),
)

const methodsWithoutOptions = new Set(
  `view: state forgetWork noteRead ledger verify now waitFor
   alerts: pending ack subscribe · audit: noteDisclosure · claims: holder
   escalations: take release answer decline handBack get package
   facts: peek get getMany conflicts history · feed: last untilNews mark · learnings: retract · objects: has info retract
   decisions: retract knownAt · observations: retract · corrections: of doubts 
   agents: announceHost create description follow followOrders hosts load post save summaries takeMail
   flock: post activityTitle agent hosted publish on stats queues close · ref: send step watch stop pause resume · model: forget`
    .split(/\n|·/)
    .flatMap((line) => {
      const [kind = '', ...names] = line.trim().split(/[:\s]+/)
      return names.map((name) => `${kind}.${name}`)
    }),
)

/** Exported functions and classes of all entry points, but for errors. */
async function exportedFunctions(): Promise<string[]> {
  const names: string[] = []
  for (const { name, file } of entryPoints(root)) {
    // What declares tests, and wraps stores that tests break.
    if (name === '@skein/memory/testing') continue
    const module = (await import(pathToFileURL(file).href)) as Record<string, unknown>
    for (const [exported, value] of Object.entries(module)) {
      if (typeof value === 'function' && !(value.prototype instanceof Error)) names.push(`${name} ${exported}`)
    }
  }
  return names
}

function methodsOf(kind: string, value: object): string[] {
  const names = new Set<string>()
  for (
    let at = Object.getPrototypeOf(value) as object;
    at !== Object.prototype;
    at = Object.getPrototypeOf(at) as object
  ) {
    for (const [name, { value: member }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (name !== 'constructor' && typeof member === 'function') names.add(name)
    }
  }
  return [...names].map((name) => `${kind}.${name}`)
}

it('every public function either checks its options or takes none', async () => {
  const unknown = (await exportedFunctions()).filter((name) => !(name in functionCalls) && !withoutOptions.has(name))
  expect(unknown).toEqual([])
})

it('every method of views, flocks, agents and models either checks its options or takes none', () => {
  const { view, flock, ref } = subjects
  const kinds = [
    'alerts',
    'audit',
    'claims',
    'corrections',
    'decisions',
    'escalations',
    'facts',
    'feed',
    'learnings',
    'objects',
  ] as const
  const all = [
    ...methodsOf('view', view),
    ...[...kinds, 'observations', 'records', 'agents', 'control' as const].flatMap((kind) =>
      methodsOf(kind, view[kind as 'facts']),
    ),
    ...methodsOf('flock', flock),
    ...methodsOf('ref', ref),
    ...methodsOf('model', shareModel(extractiveModel(), view)),
  ]
  const isInternal = new Set([
    'decisions.append',
    'decisions.find',
    'decisions.replace',
    'learnings.append',
    'learnings.find',
    'learnings.replace',
    'observations.append',
    'observations.find',
    'observations.replace',
  ])
  const unknown = all.filter(
    (name) => !(name in methodCalls) && !methodsWithoutOptions.has(name) && !isInternal.has(name),
  )
  expect(unknown).toEqual([])
})

describe.each(Object.entries({ ...functionCalls, ...methodCalls }))('%s', (_, [call, wrong, meant]: OptionCall) => {
  it('names the option that a misspelled one means', async () => {
    const error = await errorOf(() => call({ [wrong]: 2 } as never, subjects))
    expect(error).toBeInstanceOf(OptionError)
    expect(error).toMatchObject({ code: 'SKEIN_OPTION', message: expect.stringContaining(wrong) as string })
    expect((error as OptionError).message).toContain(meant)
    expect((error as OptionError).option).toMatch(new RegExp(`(^|\\.)${wrong}$`))
  })

  it.each([null, 7, true, [], () => {}, Symbol('options')])('refuses %o in place of its options', async (given) => {
    expect(await errorOf(() => call(given as never, subjects))).toBeInstanceOf(OptionError)
  })

  it('refuses a value of no possible type, by the name of the option', async () => {
    // No option takes a symbol.
    const error = await errorOf(() => call({ [meant]: Symbol('value') } as never, subjects))
    expect(error).toBeInstanceOf(OptionError)
  })
})

const misuses: Readonly<Record<string, readonly [call: () => unknown, option: string, remedy: RegExp]>> = {
  'openMemory()': [() => openMemory(...nothing), 'store', /mapStore\(\)/],
  "openMemory('flock.db')": [() => openMemory('flock.db' as never), 'options', /store/],
  'openMemory({ store: mapStore })': [() => openMemory({ store: mapStore as never }), 'store', /mapStore\(\)/],
  'createFlock()': [() => createFlock(...nothing), 'memory', /openMemory/],
  'createFlock({ memory: openMemory(…) })': [
    () => createFlock({ memory: Promise.resolve(subjects.memory) as never }),
    'memory',
    /await/,
  ],
  "createFlock({ memory, threads: '4' })": [
    () => createFlock({ memory: subjects.memory, threads: '4' as never }),
    'threads',
    /integer/,
  ],
  'createFlock({ memory, model: null })': [
    () => createFlock({ memory: subjects.memory, model: null as never }),
    'model',
    /extractiveModel/,
  ],
  'createFlock({ memory, notifiers: [() => {}] })': [
    () => createFlock({ memory: subjects.memory, notifiers: [(() => {}) as never] }),
    'notifiers',
    /consoleNotifier/,
  ],
  'spawn()': [() => subjects.flock.spawn(...nothing), 'definition', /agent\(\).*machine/],
  'spawn({})': [() => subjects.flock.spawn({} as never), 'definition', /agent\(\).*machine/],
  'spawn(null)': [() => subjects.flock.spawn(null as never), 'definition', /agent\(\).*machine/],
  'spawn(() => {})': [() => subjects.flock.spawn((() => {}) as never), 'definition', /agent\(\).*machine/],
  "spawn(machine, { parent: 'boss' })": [
    () => subjects.flock.spawn(pong, { parent: { id: 'boss' } as never }),
    'parent',
    /agent of this flock/,
  ],
  'spawn(machine, { supervision: null })': [
    () => subjects.flock.spawn(pong, { supervision: null as never }),
    'supervision',
    /onFailure/,
  ],
  'spawn(machine, { mailbox: { capcity: 1 } })': [
    () => subjects.flock.spawn(pong, { mailbox: { capcity: 1 } as never }),
    'mailbox.capcity',
    /capacity/,
  ],
  'durable({}, { name })': [() => durable({} as never, { name: 'x' }), 'definition', /machine/],
  'durable(machine)': [() => durable(pong, ...nothing), 'name', /string/],
  'spawnDurable(machine)': [() => subjects.flock.spawnDurable(pong as never, { id: 'x' }), 'definition', /durable\(/],
  'resume(machine)': [() => subjects.flock.resume(pong as never), 'definitions', /array/],
  'agent({ role, on: { add } })': [
    () => agent({ role: 'adder', on: { add: (() => {}) as never } }),
    'on.add',
    /flock\.activities/,
  ],
  'behavior({ role: 7 })': [
    () => behavior({ role: 7 as never, initial: 0, receive: (n: number) => n }),
    'role',
    /string/,
  ],
  'a bad shape of a price': [
    () => openaiModel({ model: 'x', apiKey: 'key', prices: { x: { input: 1, output: 2 } as never } }),
    'prices.x.input',
    /inputPerMillion/,
  ],
  'a number as a price': [
    () => openaiModel({ model: 'x', apiKey: 'key', prices: { x: 3 as never } }),
    'prices.x',
    /inputPerMillion/,
  ],
  'an API key of another type, which is not shown': [
    () => openaiModel({ model: 'x', apiKey: 5_551_234 as never }),
    'apiKey',
    /^(?!.*5551234).*string/,
  ],
  'memory.as()': [() => subjects.memory.as(...nothing), 'principal', /id, role/],
  'memory.as({ id, role, clearance: null })': [
    () => subjects.memory.as({ id: 'x', role: 'y', clearance: null as never }),
    'principal.clearance',
    /object/,
  ],
  "once('key')": [() => subjects.view.once('key', ...nothing), 'work', /function/],
}
/** What JavaScript lets callers leave out. */
const nothing = [] as unknown as [never]
const pong = behavior({ role: 'pong', initial: 0, receive: (count: number) => count })

it.each(Object.entries(misuses))('%s says what is expected', async (_, [call, option, remedy]) => {
  const error = await errorOf(call)
  expect(error).toBeInstanceOf(OptionError)
  expect(error).toMatchObject({ option, message: expect.stringMatching(remedy) as string })
})

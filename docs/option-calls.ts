/**
 * Every call of the public API that takes options. `options.test.ts` calls each of them wrongly, and finds those that
 * are missing here.
 *
 * @module
 */

import { aiSdkModel, memoryTools, sharedEmbeddingMiddleware, sharedMiddleware } from '@skein/ai-sdk'
import { memoryHandlers } from '@skein/anthropic-memory'
import { bullmqExecutor, createWorker, listWorkers } from '@skein/bullmq'
import {
  activity,
  agent,
  behavior,
  budgetScope,
  checkMigration,
  consoleNotifier,
  createFlock,
  durable,
  extractiveModel,
  shareModel,
  webhook,
} from '@skein/core'
import type { AgentRef, Flock } from '@skein/core'
import { requireModelSettings, requirePrices, threadExecutor } from '@skein/core/executor'
import { probe } from '@skein/core/testing'
import { dashboard, serveDashboard } from '@skein/dashboard'
import { keyvStore } from '@skein/keyv'
import { skeinDriver } from '@skein/keyv/unstorage'
import { SkeinSaver, SkeinStore } from '@skein/langgraph'
import { clientConfig, importMemory, McpTokens, serveMcpHttp, serveMcpStdio } from '@skein/mcp'
import { inProcessBus, mapStore, openMemory } from '@skein/memory'
import { folderBucket, s3Bucket, withBucket } from '@skein/memory/buckets'
import type { Memory, View } from '@skein/memory'
import { allFacts, allRecords, inspectSpace, outlast, ReadScope, recordRun } from '@skein/memory/runtime'
import { tableStore } from '@skein/memory/store'
import { openTelemetry } from '@skein/memory/telemetry'
import { openaiModel } from '@skein/openai'
import { memoryTools as agentMemoryTools, SkeinSession } from '@skein/openai-agents'
import { migrateSpaces, redisBus, redisStore } from '@skein/redis'
import { backup, restore, sqliteStore } from '@skein/sqlite'
import { MockLanguageModelV4 } from 'ai/test'
import { openModel, planReport, runReport, splitSections } from 'skein'

/** What the calls are made on. */
export interface CallSubjects {
  readonly memory: Memory
  readonly view: View
  readonly flock: Flock
  readonly ref: AgentRef
}

/** A call with these options, whatever they are; a misspelled option, and the option that is meant. */
export type OptionCall = readonly [
  call: (options: never, subjects: CallSubjects) => unknown,
  wrong: string,
  meant: string,
]

const ping = behavior({ role: 'ping', initial: 0, receive: (count: number) => count })
const mailed = durable(ping, { name: 'mailed', mailbox: 'durable' })
const never = async (): Promise<never> => Promise.reject(new Error('called'))
const noRef = { id: 'none', size: 1, mediaType: 'text/plain' }
/** Of modules that are never loaded. */
const none = new URL('./no-module.js', import.meta.url)

/** Functions, by their package and name. */
export const functionCalls: Readonly<Record<string, OptionCall>> = {
  '@skein/ai-sdk aiSdkModel': [
    (options) => aiSdkModel(new MockLanguageModelV4(), options),
    'provider',
    'providerOptions',
  ],
  '@skein/ai-sdk memoryTools': [(options, { view }) => memoryTools(view, options), 'tasks', 'task'],
  '@skein/ai-sdk sharedEmbeddingMiddleware': [(options) => sharedEmbeddingMiddleware(options), 'ttl', 'ttlMs'],
  '@skein/ai-sdk sharedMiddleware': [(options) => sharedMiddleware(options), 'readOnlyTool', 'readOnlyTools'],
  '@skein/anthropic-memory memoryHandlers': [
    (options, { view }) => memoryHandlers(view, options),
    'maxFileByte',
    'maxFileBytes',
  ],
  '@skein/bullmq bullmqExecutor': [(options) => bullmqExecutor(options), 'limit', 'limits'],
  '@skein/bullmq createWorker': [(options) => createWorker(options), 'thread', 'threads'],
  '@skein/bullmq listWorkers': [(options) => listWorkers(options), 'queues', 'queue'],
  '@skein/core createFlock': [(options) => createFlock(options), 'thread', 'threads'],
  '@skein/core activity': [(options) => activity(never, options), 'timeout', 'timeoutMs'],
  '@skein/core agent': [(options) => agent(options), 'rule', 'role'],
  '@skein/core behavior': [(options) => behavior(options), 'recieve', 'receive'],
  '@skein/core budgetScope': [(options) => budgetScope(options), 'token', 'tokens'],
  '@skein/core checkMigration': [
    (options) => checkMigration(durable(ping, { name: 'ping' }), [], options),
    'versions',
    'version',
  ],
  '@skein/core consoleNotifier': [(options) => consoleNotifier(options), 'clearence', 'clearance'],
  '@skein/core durable': [(options) => durable(ping, options), 'lease', 'leaseMs'],
  '@skein/core shareModel': [(options, { view }) => shareModel(extractiveModel(), view, options), 'budget', 'budgets'],
  '@skein/core webhook': [(options) => webhook(options), 'URL', 'url'],
  '@skein/core/executor requireModelSettings': [(options) => requireModelSettings(options), 'prise', 'price'],
  '@skein/core/executor requirePrices': [
    (options) => requirePrices({ small: options }),
    'inputPerMilion',
    'inputPerMillion',
  ],
  '@skein/core/executor threadExecutor': [
    (options, { memory }) => threadExecutor(memory, extractiveModel(), options),
    'maxHeapMB',
    'maxHeapMb',
  ],
  '@skein/core/testing probe': [(options, { flock }) => probe(flock, options), 'roles', 'role'],
  '@skein/dashboard dashboard': [(options) => dashboard(options), 'allowAnswer', 'allowAnswers'],
  '@skein/dashboard serveDashboard': [(options) => serveDashboard(options), 'ports', 'port'],
  '@skein/keyv keyvStore': [(options, { view }) => keyvStore(view, options), 'prefx', 'prefix'],
  '@skein/keyv/unstorage skeinDriver': [
    (options, { view }) => skeinDriver(view, options),
    'compartment',
    'compartments',
  ],
  '@skein/langgraph SkeinSaver': [(options, { view }) => new SkeinSaver(view, options), 'serd', 'serde'],
  '@skein/langgraph SkeinStore': [(options, { view }) => new SkeinStore(view, options), 'ttl', 'ttlMs'],
  '@skein/mcp clientConfig': [(options) => clientConfig('cursor', 'skein', options), 'arguments', 'args'],
  '@skein/mcp importMemory': [(options, { view }) => importMemory(view, 'none.md', options), 'formats', 'format'],
  '@skein/mcp McpTokens': [(options, { memory }) => new McpTokens(memory).create(options), 'ttl', 'ttlMs'],
  '@skein/mcp serveMcpHttp': [(options) => serveMcpHttp(options), 'ports', 'port'],
  '@skein/mcp serveMcpStdio': [(options) => serveMcpStdio(options), 'tool', 'tools'],
  '@skein/memory inProcessBus': [(options) => inProcessBus(options), 'maxMessage', 'maxMessages'],
  '@skein/memory mapStore': [(options) => mapStore(options), 'maxchanges', 'maxChanges'],
  '@skein/memory openMemory': [(options) => openMemory(options), 'ttl', 'ttlMs'],
  '@skein/memory/buckets s3Bucket': [(options) => s3Bucket(options as never), 'regin', 'region'],
  '@skein/memory/buckets withBucket': [
    (options) => withBucket(mapStore(), folderBucket('nowhere'), options),
    'ovr',
    'over',
  ],
  '@skein/memory/runtime allFacts': [
    (options, { view }) => Array.fromAsync(allFacts(view.facts, options)),
    'prefx',
    'prefix',
  ],
  '@skein/memory/runtime allRecords': [
    (options, { view }) => Array.fromAsync(allRecords(view.records, options)),
    'colection',
    'collection',
  ],
  '@skein/memory/runtime inspectSpace': [(options) => inspectSpace(options), 'encrypt', 'encryption'],
  '@skein/memory/runtime outlast': [(options) => outlast(never, options), 'onOutages', 'onOutage'],
  '@skein/memory/runtime recordRun': [(options) => recordRun({} as never, options as never), 'name', 'title'],
  '@skein/memory/runtime ReadScope': [(options) => new ReadScope(options), 'last', 'lasts'],
  '@skein/memory/store tableStore': [(options) => tableStore({} as never, options), 'poll', 'pollMs'],
  '@skein/memory/telemetry openTelemetry': [(options) => openTelemetry(options), 'contents', 'content'],
  '@skein/openai openaiModel': [(options) => openaiModel(options), 'baseUrl', 'baseURL'],
  '@skein/openai-agents memoryTools': [(options, { view }) => agentMemoryTools(view, options), 'tasks', 'task'],
  '@skein/openai-agents SkeinSession': [(options, { view }) => new SkeinSession(view, options), 'session', 'sessionId'],
  '@skein/redis migrateSpaces': [(options) => migrateSpaces('redis://127.0.0.1:1', options), 'spaces', 'space'],
  '@skein/redis redisBus': [(options) => redisBus(options), 'commandTimeout', 'commandTimeoutMs'],
  '@skein/redis redisStore': [(options) => redisStore(options), 'prefx', 'prefix'],
  '@skein/sqlite backup': [(options) => backup('no.db', 'none.db', options), 'overwite', 'overwrite'],
  '@skein/sqlite restore': [(options) => restore('no.db', 'none.db', options), 'keepDamage', 'keepDamaged'],
  '@skein/sqlite sqliteStore': [(options) => sqliteStore(options), 'busyTimeout', 'busyTimeoutMs'],
  'skein openModel': [(options) => openModel('extractive', options), 'baseUrl', 'baseURL'],
  'skein runReport': [(options) => runReport(options), 'file', 'files'],
  'skein planReport': [(options) => planReport(options), 'file', 'files'],
  'skein splitSections': [(options) => splitSections('text', options), 'maxChar', 'maxChars'],
}

/** Methods, by the class and name that `options.test.ts` gives them. */
export const methodCalls: Readonly<Record<string, OptionCall>> = {
  'view.transaction': [(options, { view }) => view.transaction(never, options), 'timeout', 'timeoutMs'],
  'view.once': [(options, { view }) => view.once('work', never, options), 'ttl', 'ttlMs'],
  'view.watch': [(options, { view }) => view.watch('', options), 'afer', 'after'],
  'alerts.send': [(options, { view }) => view.alerts.send(options), 'insights', 'insight'],
  'audit.entries': [(options, { view }) => Array.fromAsync(view.audit.entries(options)), 'agents', 'agent'],
  'audit.jsonLines': [(options, { view }) => Array.fromAsync(view.audit.jsonLines(options)), 'untill', 'until'],
  'claims.claim': [(options, { view }) => view.claims.claim('task', options), 'lease', 'leaseMs'],
  'corrections.confirm': [(options, { view }) => view.corrections.confirm('facts/none', options), 'reasn', 'reason'],
  'corrections.dependents': [
    (options, { view }) => view.corrections.dependents('facts/none', options),
    'limits',
    'limit',
  ],
  'decisions.get': [(options, { view }) => view.decisions.get('none', options), 'includes', 'include'],
  'decisions.supersede': [
    (options, { view }) => view.decisions.supersede('none', { id: 'no' }, options),
    'reasons',
    'reason',
  ],
  'decisions.declassify': [declassifies('decisions'), 'reasons', 'reason'],
  'decisions.list': [(options, { view }) => view.decisions.list(options), 'limits', 'limit'],
  'decisions.record': [(options, { view }) => view.decisions.record(options), 'reason', 'reasoning'],
  'escalations.answered': [(options, { view }) => view.escalations.answered('id', options), 'signals', 'signal'],
  'escalations.list': [(options, { view }) => view.escalations.list(options), 'status', 'state'],
  'escalations.open': [(options, { view }) => view.escalations.open(options), 'assignedto', 'assignedTo'],
  'view.forget': [(options, { view }) => view.forget('facts/none', options), 'derive', 'derived'],
  'holds.place': [(options, { view }) => view.holds.place('facts/none', options), 'derive', 'derived'],
  'holds.release': [(options, { view }) => view.holds.release('none', options), 'reasons', 'reason'],
  'holds.list': [(options, { view }) => view.holds.list(options), 'states', 'state'],
  'facts.declassify': [declassifies('facts'), 'sensitvity', 'sensitivity'],
  'facts.delete': [(options, { view }) => view.facts.delete('key', options), 'version', 'ifVersion'],
  'facts.list': [(options, { view }) => view.facts.list(options), 'prefx', 'prefix'],
  'observations.touch': [(options, { view }) => view.observations.touch('id', options), 'ttl', 'ttlMs'],
  'decisions.touch': [(options, { view }) => view.decisions.touch('id', options), 'ttl', 'ttlMs'],
  'learnings.touch': [(options, { view }) => view.learnings.touch('id', options), 'ttl', 'ttlMs'],
  'objects.touch': [(options, { view }) => view.objects.touch({ id: 'a'.repeat(64) }, options), 'ttl', 'ttlMs'],
  'alerts.touch': [(options, { view }) => view.alerts.touch('id', options), 'ttl', 'ttlMs'],
  'escalations.touch': [(options, { view }) => view.escalations.touch('id', options), 'ttl', 'ttlMs'],
  'facts.touch': [(options, { view }) => view.facts.touch('key', options), 'ttl', 'ttlMs'],
  'facts.read': [(options, { view }) => view.facts.read('key', options), 'consistancy', 'consistency'],
  'facts.set': [(options, { view }) => view.facts.set('key', 1, options), 'ttl', 'ttlMs'],
  'facts.update': [(options, { view }) => view.facts.update('key', () => 1, options), 'tag', 'tags'],
  'feed.read': [(options, { view }) => view.feed.read(options), 'withRecord', 'withRecords'],
  'learnings.declassify': [declassifies('learnings'), 'compartment', 'compartments'],
  'learnings.get': [(options, { view }) => view.learnings.get('none', options), 'includes', 'include'],
  'learnings.supersede': [
    (options, { view }) => view.learnings.supersede('none', { id: 'no' }, options),
    'reasons',
    'reason',
  ],
  'learnings.list': [(options, { view }) => view.learnings.list(options), 'autor', 'author'],
  'learnings.log': [(options, { view }) => view.learnings.log(options), 'detail', 'details'],
  'learnings.relevant': [(options, { view }) => view.learnings.relevant({}, options), 'max', 'limit'],
  'objects.declassify': [declassifies('objects'), 'reson', 'reason'],
  'objects.get': [(options, { view }) => view.objects.get(noRef, options), 'includes', 'include'],
  'objects.bytes': [(options, { view }) => view.objects.bytes(noRef, options), 'includes', 'include'],
  'objects.supersede': [(options, { view }) => view.objects.supersede(noRef, noRef, options), 'reasn', 'reason'],
  'objects.lineage': [(options, { view }) => lineage(view, options), 'directions', 'direction'],
  'objects.put': [(options, { view }) => view.objects.put('text', options), 'mediatype', 'mediaType'],
  'observations.declassify': [declassifies('observations'), 'sensitivty', 'sensitivity'],
  'observations.get': [(options, { view }) => view.observations.get('none', options), 'includes', 'include'],
  'observations.supersede': [
    (options, { view }) => view.observations.supersede('none', { id: 'no' }, options),
    'reasons',
    'reason',
  ],
  'observations.list': [(options, { view }) => view.observations.list(options), 'curser', 'cursor'],
  'observations.log': [(options, { view }) => view.observations.log(options), 'claims', 'claim'],
  'facts.search': [(options, { view }) => view.facts.search('text', options), 'notauthor', 'notAuthor'],
  'observations.search': [(options, { view }) => view.observations.search('text', options), 'notauthor', 'notAuthor'],
  'records.diff': [(options, { view }) => Array.fromAsync(view.records.diff(options)), 'sinc', 'since'],
  'records.get': [(options, { view }) => view.records.get('facts', 'none', options), 'includes', 'include'],
  'records.list': [(options, { view }) => view.records.list(options), 'colection', 'collection'],
  'records.search': [(options, { view }) => view.records.search('text', options), 'derivedfrom', 'derivedFrom'],
  'agents.list': [(options, { view }) => view.agents.list(options), 'definitions', 'definition'],
  'control.pause': [(options, { view }) => view.control.pause('ann', options), 'timeoutMS', 'timeoutMs'],
  'control.resume': [(options, { view }) => view.control.resume('ann', options), 'timeoutMS', 'timeoutMs'],
  'control.stop': [(options, { view }) => view.control.stop('ann', options), 'timeoutMS', 'timeoutMs'],
  'control.send': [
    (options, { view }) => view.control.send('ann', { type: 'hurry' }, options),
    'sensitvity',
    'sensitivity',
  ],
  'control.cancel': [(options, { view }) => view.control.cancel('ann', 'run', options), 'timeoutMS', 'timeoutMs'],
  'control.rerun': [(options, { view }) => view.control.rerun('ann', 'run', options), 'timeoutMS', 'timeoutMs'],
  'agents.mail': [(options, { view }) => view.agents.mail(options), 'limt', 'limit'],
  'flock.drain': [(options, { flock }) => flock.drain(options), 'timeout', 'timeoutMs'],
  'flock.host': [(options, { flock }) => flock.host([mailed], options), 'caps', 'cap'],
  'flock.spawnHosted': [(options, { flock }) => flock.spawnHosted(mailed, options), 'ids', 'id'],
  'flock.mapReduce': [(options, { flock }) => flock.mapReduce(options), 'fanin', 'fanIn'],
  'flock.activity': [(options, { flock }) => flock.activity(never, options), 'onces', 'once'],
  'flock.map': [(options, { flock }) => flock.map([1], never, options), 'concurency', 'concurrency'],
  'flock.reduce': [(options, { flock }) => flock.reduce([1], never, options), 'fanin', 'fanIn'],
  'flock.run': [(options, { flock }) => flock.run(never, options), 'onse', 'once'],
  'flock.resume': [(options, { flock }) => flock.resume([], options), 'supervison', 'supervision'],
  'flock.role': [(options, { flock }) => flock.role('ping', options), 'routes', 'route'],
  'flock.spawn': [(options, { flock }) => flock.spawn(ping, options), 'name', 'id'],
  'flock.spawnDurable': [
    (options, { flock }) => flock.spawnDurable(durable(ping, { name: 'ping' }), options),
    'mailBox',
    'mailbox',
  ],
  'flock.activities': [(options, { flock }) => handle(flock)('input', options), 'retries', 'retry'],
  'ref.ask': [(options, { ref }) => ref.ask({ type: 'ping' }, options), 'timeout', 'timeoutMs'],
  'ref.post': [(options, { ref }) => ref.post({ type: 'ping' }, options), 'signl', 'signal'],
  'model.chat': [(options, { view }) => model(view).chat({ messages: [] }, options), 'shared', 'share'],
  'model.object': [(options, { view }) => model(view).object({ messages: [] } as never, options), 'ttl', 'ttlMs'],
  'model.cite': [(options, { view }) => model(view).cite({} as never, options), 'sharing', 'share'],
  'model.embed': [(options, { view }) => model(view).embed({ texts: [] }, options), 'ttlms', 'ttlMs'],
}

function declassifies(kind: 'decisions' | 'facts' | 'learnings' | 'objects' | 'observations'): OptionCall[0] {
  return async (options, { memory }) => {
    const view = memory.as({ id: 'officer', role: 'officer', rights: ['declassify'] })
    const ref = await view.objects.put('secret')
    if (kind === 'objects') return view.objects.declassify(ref, options)
    if (kind === 'facts') return view.facts.set('secret', 1).then(() => view.facts.declassify('secret', options))
    const made = {
      decisions: () => view.decisions.record({ task: 't', decision: 1, reasoning: 'why' }),
      learnings: () => view.learnings.log({ signal: 'success', context: {}, details: 1 }),
      observations: () => view.observations.log({ value: 1 }),
    }
    const { id } = await made[kind]()
    return view[kind].declassify(id, options)
  }
}

async function lineage(view: View, options: never): Promise<unknown> {
  return view.objects.lineage(await view.objects.put('text'), options)
}

function handle(flock: Flock): (input: unknown, options: never) => Promise<unknown> {
  const { report } = flock.activities<Record<string, never>>(none) as unknown as Record<
    string,
    (input: unknown, options: never) => Promise<unknown>
  >
  return report as (input: unknown, options: never) => Promise<unknown>
}

function model(view: View): ReturnType<typeof shareModel> {
  return shareModel(extractiveModel(), view)
}

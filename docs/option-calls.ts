/**
 * Every function of the public API that takes options. `options.test.ts` calls each of them wrongly, and finds those that
 * are missing here, or among the methods of `method-calls.ts`.
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
  startThreads,
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
import { allFacts, allRecords, handOver, inspectSpace, outlast, ReadScope, recordRun } from '@skein/memory/runtime'
import { tableStore } from '@skein/memory/store'
import { openTelemetry } from '@skein/memory/telemetry'
import { openaiModel } from '@skein/openai'
import { memoryTools as agentMemoryTools, SkeinSession } from '@skein/openai-agents'
import { migrateSpaces, redisBus, redisStore } from '@skein/redis'
import { backup, restore, sqliteStore } from '@skein/sqlite'
import { MockLanguageModelV4 } from 'ai/test'
import { askMemory, openModel, planReport, runReport, splitSections } from 'skein'

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

export const ping = behavior({ role: 'ping', initial: 0, receive: (count: number) => count })
export const mailed = durable(ping, { name: 'mailed', mailbox: 'durable' })
export const never = async (): Promise<never> => Promise.reject(new Error('called'))
/** Of modules that are never loaded. */
export const none = new URL('./no-module.js', import.meta.url)

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
  '@skein/core startThreads': [(options) => startThreads(options), 'treads', 'threads'],
  '@skein/core/threads startThreads': [(options) => startThreads(options), 'treads', 'threads'],
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
  '@skein/memory/runtime handOver': [
    (options, { view }) => handOver(view, 'key', undefined, () => 1, options),
    'ttl',
    'ttlMs',
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
  'skein askMemory': [(options, { view }) => askMemory(view, ['Why?'], options), 'modl', 'model'],
  'skein planReport': [(options) => planReport(options), 'file', 'files'],
  'skein splitSections': [(options) => splitSections('text', options), 'maxChar', 'maxChars'],
}

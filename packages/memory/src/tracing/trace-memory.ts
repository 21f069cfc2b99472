import { hasTrait } from '../store/collections.ts'
import type { Collection } from '../store/collections.ts'
import type { Commit, Mutation, Written } from '../store/mutation.ts'
import { covers, joinLabels } from '../values/access.ts'
import type { Clearance, Label } from '../values/access.ts'
import { attribute } from './conventions.ts'
import type { Operation } from './conventions.ts'
import { currentTrace, traced } from './current-trace.ts'
import type { Tracer } from './current-trace.ts'
import type { OpenSpan } from './open-span.ts'
import type { SpanStart } from './span.ts'
import type { Tracing } from './tracing.ts'

/** Who traces what the running code does; `undefined` where nobody does. @param tracing - Of the thread's memory. */
export function tracerFor(tracing: Tracing | undefined): Tracer | undefined {
  return currentTrace()?.tracer ?? (tracing?.isOn ? tracing : undefined)
}

/** Whether a tracer may hold content with this label. */
export function mayHold(content: Clearance | undefined, label: Label): boolean {
  return content !== undefined && covers({ level: content.level, compartments: content.compartments ?? [] }, label)
}

/** Whether spans report on a collection: of what agents know, not of how the memory keeps itself. */
export function isTold(collection: Collection): boolean {
  return hasTrait(collection, 'shown') && (hasTrait(collection, 'named') || hasTrait(collection, 'identified'))
}

/** What a span reports on a record. */
interface ToldRecord extends Label {
  readonly collection: Collection
  readonly id: string
  readonly version: number
}

/** What is asked of a memory. */
interface Reading {
  readonly operation: 'search_memory' | 'read_memory'
  readonly collection: Collection
  readonly agent: string
  /** What is searched for, and how sensitive that is. */
  readonly query?: { readonly text: string; readonly label: Label } | undefined
}

/** Traces a read. @param recordsOf - What it has shown. */
export function traceRead<Result>(
  tracer: Tracer,
  { operation, collection, agent, query }: Reading,
  code: () => Promise<Result>,
  recordsOf: (result: Result) => readonly ToldRecord[],
): Promise<Result> {
  return traced(tracer, memorySpan(operation, collection, agent), async (span) => {
    if (query && mayHold(tracer.content, query.label)) {
      span.describe(query.label, {}, { [attribute.memoryQuery]: query.text })
    }
    const result = await code()
    tellRecords(span, recordsOf(result))
    return result
  })
}

/** Who writes, and what only those may see who are cleared for as much. */
interface Writing {
  readonly agent: string
  readonly clearance: Label
}

/** Traces a write. */
export function traceWrite(
  tracer: Tracer,
  batch: readonly Mutation[],
  { agent, clearance }: Writing,
  code: () => Promise<Commit>,
): Promise<Commit> {
  const told = batch.filter(({ key, type }) => type !== 'touch' && isTold(key.collection))
  const [first] = told
  if (!first) return code()
  return traced(tracer, memorySpan(operationOf(first), first.key.collection, agent), async (span) => {
    const commit = await code()
    if (!commit.ok) {
      span.note('skein.refused', { 'skein.reason': commit.refusal.reason })
      return commit
    }
    const records = told.map((mutation): ToldRecord => {
      // What goes has no label of its own left.
      const { sensitivity, compartments } = mutation.type === 'set' ? mutation.meta : clearance
      const { version } = commit.written[batch.indexOf(mutation)] as Written
      return { ...mutation.key, version, sensitivity, compartments }
    })
    tellRecords(span, records)
    return commit
  })
}

function memorySpan(operation: Operation, collection: Collection, agent: string): SpanStart {
  const { provider, agentId, collection: kind } = attribute
  return { operation, attributes: { [provider]: 'skein', [agentId]: agent, [kind]: collection } }
}

function operationOf({ type, key, ifVersion }: Mutation): Operation {
  if (type === 'delete' || type === 'withdraw') return 'delete_memory'
  if (ifVersion === 0 || hasTrait(key.collection, 'journal')) return 'create_memory'
  return ifVersion === undefined ? 'upsert_memory' : 'update_memory'
}

/** Names of records that one span lists. */
const mostNames = 100

function tellRecords(span: OpenSpan, records: readonly ToldRecord[]): void {
  span.set({ [attribute.memoryRecordCount]: records.length })
  const named = records.slice(0, mostNames)
  const [only] = named
  if (!only) return
  span.describe(joinLabels(named), {
    [attribute.records]: named.map(({ collection, id, version }) => `${collection}/${id}@${version}`),
    ...(records.length === 1 && { [attribute.memoryRecord]: `${only.collection}/${only.id}` }),
  })
}

import { durable, extractiveModel, shareModel } from '@skein/core'
import type { Flock } from '@skein/core'
import type { View } from '@skein/memory'

import { mailed, never, none, ping } from './option-calls.ts'
import type { OptionCall } from './option-calls.ts'

const noRef = { id: 'none', size: 1, mediaType: 'text/plain' }

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

/** An activity of a module that is not there: its type is made up. */
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

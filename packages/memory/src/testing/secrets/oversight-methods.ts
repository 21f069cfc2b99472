import { joinLabels } from '../../values/access.ts'
import type { ControlOptions } from '../../runtime/agent-control.ts'
import type { View } from '../../view.ts'
import type { Attempt, ViewMethod } from './view-method.ts'

type Order = (view: View, agent: string, options: ControlOptions) => Promise<void>

/** An order that nobody carries out. */
function ordering(order: Order): ViewMethod {
  const attempt = (view: View, { text }: Attempt): Promise<void> => order(view, text, { why: text, timeoutMs: 1 })
  return { shows: 'control', takes: 'labelled', attempt }
}

/** What is for those who look on, and for runtimes. */
export const oversightMethods: Readonly<Record<string, ViewMethod>> = {
  'audit.entries': { shows: 'audit', takes: 'nothing', attempt: (view) => Array.fromAsync(view.audit.entries()) },
  'audit.jsonLines': { shows: 'audit', takes: 'nothing', attempt: (view) => Array.fromAsync(view.audit.jsonLines()) },
  'audit.noteDisclosure': {
    shows: 'nothing',
    takes: 'labelled',
    attempt: async (view, { text }) => {
      const label = joinLabels([])
      view.audit.noteDisclosure({ to: text, work: text, objects: [text], label })
      view.audit.noteDisclosure({ to: text, work: text, objects: [text], label, refused: text })
    },
  },
  'records.list': {
    shows: 'records',
    takes: 'nothing',
    attempt: (view) =>
      Promise.all(
        (['facts', 'observations', 'claims', 'escalations', 'objects', 'work', 'alerts'] as const).map((collection) =>
          view.records.list({ collection }),
        ),
      ),
  },
  'records.diff': {
    shows: 'records',
    takes: 'nothing',
    attempt: (view) => Array.fromAsync(view.records.diff({ since: view.now() - 60_000 })),
  },
  'records.get': {
    shows: 'records',
    takes: 'nothing',
    attempt: (view, { planted }) =>
      Promise.all([
        view.records.get('facts', planted.fact),
        view.records.get('escalations', planted.escalation),
        view.records.get('claims', planted.task),
      ]),
  },
  'records.search': {
    shows: 'records',
    takes: 'nothing',
    attempt: (view) =>
      Promise.all([
        view.records.search('planted', { collection: 'observations' }),
        view.records.search('planted', { limit: 1_000 }),
      ]),
  },
  'feed.read': {
    shows: 'records',
    takes: 'nothing',
    attempt: (view) => view.feed.read({ after: 0, limit: 1_000, withRecords: true }),
  },
  'feed.last': { shows: 'positions', takes: 'nothing', attempt: (view) => view.feed.last() },
  // It counts what was erased under any label, as positions count what was written.
  'feed.erasures': { shows: 'positions', takes: 'nothing', attempt: async (view) => view.feed.erasures },
  'feed.mark': { shows: 'positions', takes: 'nothing', attempt: async (view) => view.feed.mark() },
  'feed.untilNews': {
    shows: 'positions',
    takes: 'nothing',
    attempt: (view) => view.feed.untilNews(view.feed.mark(), AbortSignal.timeout(10)).catch(() => {}),
  },

  'control.pause': ordering((view, agent, options) => view.control.pause(agent, options)),
  'control.resume': ordering((view, agent, options) => view.control.resume(agent, options)),
  'control.stop': ordering((view, agent, options) => view.control.stop(agent, options)),
  'control.send': ordering((view, agent, options) => view.control.send(agent, { type: agent }, options)),
  'control.cancel': ordering((view, agent, options) => view.control.cancel(agent, 'run', options)),
  'control.rerun': ordering((view, agent, options) => view.control.rerun(agent, 'run', options)),

  'agents.load': { shows: 'records', takes: 'nothing', attempt: (view) => view.agents.load() },
  'agents.save': {
    shows: 'nothing',
    takes: 'clearance',
    attempt: async (view, { text }) => {
      const claim = await view.claims.claim(`agent/${text}`)
      if (!claim) return
      const outgoing = [{ to: text, message: text, id: text }]
      await view.agents.save({ definition: text, status: 'active', state: text, claim, outgoing })
      await claim.release()
    },
  },
  'agents.post': {
    shows: 'own',
    takes: 'labelled',
    attempt: async (view, { text }) => [
      await view.agents.post({ to: 'low', message: text }),
      await view.agents.post({ to: 'low', message: text, id: text, label: joinLabels([]) }),
    ],
  },
  'agents.mail': { shows: 'records', takes: 'nothing', attempt: (view) => view.agents.mail() },
  'agents.create': {
    shows: 'nothing',
    takes: 'clearance',
    attempt: (view, { text }) => view.agents.create({ definition: text, state: text, by: text }),
  },
  'agents.takeMail': { shows: 'administer', takes: 'nothing', attempt: (view) => view.agents.takeMail('low') },
  'agents.follow': { shows: 'administer', takes: 'nothing', attempt: async (view) => view.agents.follow({})() },
  'agents.followOrders': {
    shows: 'administer',
    takes: 'nothing',
    attempt: async (view) => view.agents.followOrders(async () => undefined)(),
  },
  'agents.announceHost': {
    shows: 'administer',
    takes: 'nothing',
    attempt: async (view) => (await view.agents.announceHost(host, 1_000)).leave(),
  },
  'agents.description': { shows: 'administer', takes: 'nothing', attempt: (view) => view.agents.description('low') },
  'agents.hosts': { shows: 'administer', takes: 'nothing', attempt: (view) => view.agents.hosts() },
  'agents.summaries': { shows: 'administer', takes: 'nothing', attempt: (view) => view.agents.summaries(['low']) },
  'agents.list': { shows: 'administer', takes: 'nothing', attempt: (view) => view.agents.list() },
}

const host = {
  id: 'host',
  machine: 'm',
  pid: 1,
  startedAt: 0,
  cap: 1,
  running: 0,
  isDraining: false,
  definitions: {},
  refused: [],
}

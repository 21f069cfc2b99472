/** What a route may show and take. */
export interface RouteAccess {
  readonly shows: string
  readonly takes: string
}

/** Every route of the dashboard's API; a test compares the names with those that there are. */
export const apiAccess: Readonly<Record<string, RouteAccess>> = {
  'GET /api/session': { shows: 'own', takes: 'nothing' },
  'GET /api/agents': { shows: 'names, roles and states of agents', takes: 'nothing' },
  'GET /api/runs': { shows: 'records', takes: 'nothing' },
  'GET /api/stream': { shows: 'records; of agents and activities: names, and what is covered', takes: 'nothing' },
  'GET /api/events': { shows: 'as the stream', takes: 'nothing' },
  'GET /api/records': { shows: 'records', takes: 'nothing' },
  'GET /api/records/:collection/:id': { shows: 'records', takes: 'nothing' },
  'GET /api/traces': { shows: 'names of agents, activities and models; times and figures', takes: 'nothing' },
  'GET /api/traces/:id': {
    shows: 'as the list; records, texts and what errors say as far as they are covered',
    takes: 'nothing',
  },
  'GET /api/charts/:id': {
    shows: 'states, events and guards of an agent whose state is covered',
    takes: 'nothing',
  },
  'GET /api/metrics': { shows: 'counts of records', takes: 'nothing' },
  'GET /api/prometheus': { shows: 'counts of records', takes: 'nothing' },
  'GET /api/export': { shows: 'as the stream, and records', takes: 'nothing' },
  'POST /api/agents/:id': {
    shows: 'what came of an order',
    takes: 'an order, for viewers with the right `control`; a message is public',
  },
  'GET /api/inbox': { shows: 'records', takes: 'nothing' },
  'GET /api/inbox/:id': { shows: 'records', takes: 'nothing' },
  'POST /api/inbox/:id': {
    shows: 'records',
    takes: 'an answer, as sensitive as the question; only with --allow-answers',
  },
}

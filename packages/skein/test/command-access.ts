/** What a command may show and take. */
export interface CommandAccess {
  readonly shows: string
  readonly takes: string
}

/** Every command; a test compares the names with those that there are. */
export const commandAccess: Readonly<Record<string, CommandAccess>> = {
  run: { shows: 'the report that it makes from the given files', takes: 'the files, as public records' },
  ask: {
    shows: 'what files and records say, with their places, and whether the files have changed',
    takes: 'with --model, its answers, as sensitive as what it read',
  },
  init: { shows: 'nothing', takes: 'nothing' },
  worker: {
    shows: 'its own name, and what it runs',
    takes: 'what the activities write, as the agents for which they run',
  },
  workers: { shows: 'names of hosts and activities, and counts', takes: 'nothing' },
  mcp: { shows: 'what its tools show, as the client', takes: 'what its tools take, as the client' },
  import: { shows: 'counts', takes: 'records, of a given sensitivity' },
  ls: { shows: 'records', takes: 'nothing' },
  get: { shows: 'records', takes: 'nothing' },
  search: { shows: 'records', takes: 'nothing' },
  diff: { shows: 'records', takes: 'nothing' },
  tail: { shows: 'records', takes: 'nothing' },
  agents: { shows: 'records; of those above the clearance, how many there are', takes: 'nothing' },
  order: { shows: 'what came of an order', takes: 'an order, with the right `control`; a message is public' },
  runs: { shows: 'records', takes: 'nothing' },
  stats: { shows: 'counts of records; with the right `audit` also of what rules removed', takes: 'nothing' },
  inbox: { shows: 'records', takes: 'nothing' },
  answer: { shows: 'records', takes: 'an answer, as sensitive as the question' },
  retract: { shows: 'records', takes: 'a correction, as sensitive as its record' },
  supersede: { shows: 'records', takes: 'a correction, as sensitive as its records' },
  confirm: { shows: 'nothing', takes: 'a confirmation, as sensitive as its record' },
  forget: { shows: 'records', takes: 'nothing' },
  touch: { shows: 'nothing', takes: 'an end, as sensitive as the record' },
  hold: { shows: 'counts of records', takes: 'a hold, as sensitive as what it keeps' },
  release: { shows: 'nothing', takes: 'the end of a hold, as sensitive as the hold' },
  audit: { shows: 'audit', takes: 'nothing' },
  dashboard: { shows: 'what the dashboard shows', takes: 'what the dashboard takes' },
  doctor: { shows: 'counts, and names of what is damaged, whatever their label', takes: 'nothing' },
  backup: { shows: 'nothing', takes: 'a copy of the store, sealed as it is' },
  restore: { shows: 'nothing', takes: 'the store, from a copy' },
  migrate: { shows: 'counts', takes: 'nothing' },
  completion: { shows: 'nothing of a memory', takes: 'nothing' },
}

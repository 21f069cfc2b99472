/** What the help says of a command without loading it. */
export interface CommandOutline {
  /** What follows the name, as `skein --help` shows it. */
  readonly usage: string
  readonly description: string
}

/** Every command, in the order of the help text. */
export const outline: Readonly<Record<CommandName, CommandOutline>> = {
  run: {
    usage: '[options] <file...>',
    description: 'Read documents together and summarize them, each sentence with its source.',
  },
  ask: {
    usage: '[options] <question...>',
    description: 'Answer questions from the memory of all earlier runs, each sentence with its source.',
  },
  init: {
    usage: '[options]',
    description: 'Create an empty memory, and show the next steps. An existing memory stays unchanged.',
  },
  worker: {
    usage: '[options]',
    description:
      'Run activities for flocks on other machines, or host their durable agents, until interrupted; then it takes no ' +
      'more work, and ends when its running work is done. Without --activities and --agents it works for skein run ' +
      '--executor bullmq.',
  },
  workers: {
    usage: '[options]',
    description:
      'List workers and hosts of agents, waiting and running work, and activities that no worker runs. Changes nothing.',
  },
  dashboard: {
    usage: '[options]',
    description:
      'Show a memory and its agents on a live page of this machine. Prints the link, and runs until interrupted.',
  },
  mcp: {
    usage: '[options]',
    description: 'Serve a memory to an MCP client over standard input and output, or to many over HTTP with tokens.',
  },
  import: {
    usage: '[options] <file>',
    description:
      'Import from another memory: the file of the official MCP memory server, a folder of MEMORY.md notes, an export of mem0.',
  },
  ls: {
    usage: '[options] [collection]',
    description:
      'List what a memory holds: the number of records in each collection, or the records of one, newest first.',
  },
  get: {
    usage: '[options] <collection> <id>',
    description: 'Show a record: its value, label and times, its sources, and the records derived from it.',
  },
  search: {
    usage: '[options] <words...>',
    description: 'Find observations, decisions, and learnings by words, the best matches of each collection first.',
  },
  diff: {
    usage: '[options]',
    description:
      'Show what changed between two times: facts and escalations, new records, corrections and erasures. ' +
      'Marks values that are older than the history.',
  },
  tail: {
    usage: '[options] [prefix]',
    description: 'Follow the changes of a memory until interrupted. Values are not shown.',
  },
  inbox: {
    usage: '[options] [id]',
    description: 'List the questions of agents, oldest first; or show one with everything known about its task.',
  },
  answer: {
    usage: '[options] <id> [answer]',
    description:
      'Answer an agent’s question, take it so that others know, decline it, or hand it back. skein inbox lists the questions.',
  },
  retract: {
    usage: '[options] <record>',
    description:
      'Retract a wrong record. Records derived from it are then in doubt. Only skein ls --all still shows it.',
  },
  supersede: {
    usage: '[options] <record>',
    description: 'Replace a wrong record with another existing one.',
  },
  confirm: {
    usage: '[options] <record>',
    description: 'Confirm that a record is still valid although one of its sources was corrected.',
  },
  forget: {
    usage: '[options] [records...]',
    description:
      'Forget records for good, or everything about somebody, with --reason. Without it, forget results of work, such as answers of models: the next caller computes them again. skein ls work lists results, and skein ls erasures lists erasures.',
  },
  touch: {
    usage: '[options] <record>',
    description:
      'Set a new time to live for a fact or another record. Shortening it needs --right erase, except for the author, and for facts.',
  },
  hold: {
    usage: '[options] [records...]',
    description:
      'Place a legal hold: until it is released, nobody can forget, delete or overwrite the records, and they do not expire. A filter also holds later records. Needs --right hold. skein ls holds lists the holds.',
  },
  release: {
    usage: '[options] <hold>',
    description: 'Release a legal hold: records under no other hold can be forgotten again. Needs --right hold.',
  },
  audit: { usage: '[options]', description: 'Show who read and wrote what, newest last. Needs --right audit.' },
  agents: {
    usage: '[options]',
    description:
      'List the saved agents that have not ended. With --check, show whether each would continue with the ' +
      'definitions of a module, before you deploy it. Changes nothing. Exits with 1 if an agent would not continue, or cannot be read.',
  },
  order: {
    usage: '[options] <what> <agent> [detail]',
    description:
      'Give a running agent an order, in whatever process it runs: pause, resume, stop, send a message, cancel a run or ' +
      'run it again. Needs --right control.',
  },
  runs: { usage: '[options]', description: 'List the runs of a memory, newest first, as the dashboard does.' },
  stats: {
    usage: '[options]',
    description:
      'Summarize a memory: records, work and what reuse saved, escalations, agents, store; with --right audit also what ' +
      'retention rules have removed.',
  },
  doctor: {
    usage: '[options] <store>',
    description:
      'Verify a store: show its contents, and any damage. Changes nothing; agents may continue to work. ' +
      'Exits with 1 if something is damaged.',
  },
  backup: {
    usage: '[options] <store> <file>',
    description: 'Copy a store into one file, while agents continue to work.',
  },
  restore: {
    usage: '[options] <file> <store>',
    description: 'Verify a backup, then restore a store from it. Stop the agents that use the store first.',
  },
  migrate: {
    usage: '[options] <store>',
    description:
      'Migrate a store to the current format. A SQLite file migrates as a whole when a program opens it for writing, as this command does. ' +
      'A Redis row migrates when it is next written; this command migrates the others, while agents continue to work. ' +
      'Exits with 1 if damaged rows are left.',
  },
  completion: {
    usage: '<shell>',
    description: 'Print a script that lets a shell complete commands, options and collections.',
  },
  help: {
    usage: '[topic]',
    description: 'Explain a command, or one of these topics: stores, access, output, costs, environment.',
  },
}

/** The name of a command. */
export type CommandName =
  | 'run'
  | 'ask'
  | 'init'
  | 'worker'
  | 'workers'
  | 'dashboard'
  | 'mcp'
  | 'import'
  | 'ls'
  | 'get'
  | 'search'
  | 'diff'
  | 'tail'
  | 'inbox'
  | 'answer'
  | 'retract'
  | 'supersede'
  | 'confirm'
  | 'forget'
  | 'touch'
  | 'hold'
  | 'release'
  | 'audit'
  | 'agents'
  | 'order'
  | 'runs'
  | 'stats'
  | 'doctor'
  | 'backup'
  | 'restore'
  | 'migrate'
  | 'completion'
  | 'help'

/** Whether a word names a command. */
export function isCommandName(word: string | undefined): word is CommandName {
  return word !== undefined && Object.hasOwn(outline, word)
}

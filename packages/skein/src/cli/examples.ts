/** How each command is used, as `skein NAME --help` shows it: a command line and what it does. */
export const examples: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  run: {
    "skein run report.txt -q 'What was decided?'": 'a summary and an answer, with sources',
    'skein run docs --store redis://127.0.0.1:6379': 'all files of a folder, in a memory for many machines',
    'skein run big.pdf --model openai:gpt-4o-mini --dry-run': 'what it would cost',
  },
  ask: { "skein ask 'Who opened the harbor?'": 'an answer from all earlier runs' },
  init: {
    'skein init': 'a memory in .skein/memory.db',
    'skein init --store redis://127.0.0.1:6379 --space team': 'a space on a server',
  },
  dashboard: { 'skein dashboard --store flock.db': 'a live page about a memory' },
  mcp: {
    'skein mcp --as claude --store team.db': 'a server on standard input and output',
    'skein mcp --print-config claude --as claude --store team.db': 'the configuration for the client',
  },
  import: { 'skein import notes.md --as ann': 'imports notes of other tools as records' },
  ls: {
    'skein ls': 'the number of records of each kind',
    'skein ls facts --task deal/7 --clearance internal': 'the facts of one task',
  },
  get: {
    'skein get facts price/acme': 'one record with its sources and uses',
    'skein get objects 2d63660e… --raw': 'its bytes',
  },
  search: { 'skein search price autumn': 'observations, decisions and learnings by words' },
  diff: {
    'skein diff --since 1d': 'what changed since yesterday',
    'skein diff --since 2026-11-21 --until 2026-11-22 --task deal/7': 'what changed in one day, of one task',
  },
  tail: {
    'skein tail facts/': 'changes of facts, as they happen',
    'skein tail --after 0 --json': 'all changes, as JSON',
  },
  inbox: {
    'skein inbox': 'the open questions',
    'skein inbox d99fb0… --json': 'one question, with everything known about its task',
  },
  answer: {
    'skein answer d99fb0… yes --as eve': 'answers, and the agent continues',
    "skein answer d99fb0… --decline 'Too much.' --as eve": 'refuses what the agent asked for',
  },
  retract: { "skein retract observations/ID --reason 'A typo.' --as ann": 'withdraws a record' },
  supersede: {
    'skein supersede observations/OLD --by observations/NEW --as ann': 'replaces a record with a newer one',
  },
  confirm: { 'skein confirm facts/price/acme --as ann': 'clears the doubt about a record' },
  forget: {
    "skein forget 'work/model/*'": 'forgets answers of models; they are computed again',
    "skein forget --subject customer/42 --reason 'Asked to.' --right erase --as ann": 'erases all about a person',
  },
  touch: { 'skein touch price/acme --ttl 90d': 'lets a fact live for 90 days from now' },
  hold: { "skein hold --subject customer/42 --reason 'A lawsuit.' --right hold": 'keeps records from being forgotten' },
  release: { "skein release ID --reason 'It is over.' --right hold": 'ends a hold' },
  audit: { 'skein audit --right audit --since 1h': 'who read and wrote what' },
  agents: { 'skein agents --check ./agents.ts': 'whether saved agents would continue after a deployment' },
  order: {
    'skein order pause clerk-2 --as olga --right control --why "It repeats itself."':
      'the agent takes no more work for now',
    'skein order send clerk-2 hurry --as olga --right control': 'sends the agent a message of this type',
  },
  runs: { 'skein runs --limit 5': 'the latest runs, with calls and savings' },
  stats: { 'skein stats --store redis://127.0.0.1:6379': 'records, saved work, people, agents' },
  doctor: { 'skein doctor .skein/memory.db': 'its contents, and what is corrupt' },
  backup: { 'skein backup .skein/memory.db monday.db': 'a copy, while agents work' },
  restore: { 'skein restore monday.db .skein/memory.db --overwrite': 'puts it back' },
  migrate: { 'skein migrate redis://127.0.0.1:6379': 'brings old rows to the current format' },
  worker: {
    'skein worker --store redis://127.0.0.1:6379 --activities ./report.ts': 'runs activities for flocks elsewhere',
    'skein worker --store redis://127.0.0.1:6379 --agents ./orders.ts': 'hosts agents, together with others',
  },
  workers: { 'skein workers --store redis://127.0.0.1:6379': 'the workers, and work that none of them can do' },
  completion: { 'skein completion bash': 'a script for ~/.bashrc' },
  help: { 'skein help stores': 'the kinds of store', 'skein help run': 'the options of skein run' },
}

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
    'skein mcp --print-config claude --as claude --store team.db': 'what the client must be told',
  },
  import: { 'skein import notes.md --as ann': 'notes of other tools, as records' },
  ls: {
    'skein ls': 'the number of records of each kind',
    'skein ls facts --task deal/7 --clearance internal': 'the facts of one task',
  },
  get: { 'skein get facts price/acme': 'all about one record', 'skein get objects 2d63660e… --raw': 'its bytes' },
  search: { 'skein search price autumn': 'observations, decisions and learnings by words' },
  diff: {
    'skein diff --since 1d': 'what changed since yesterday',
    'skein diff --since 2026-11-21 --until 2026-11-22 --task deal/7': 'in one day, of one task',
  },
  tail: {
    'skein tail facts/': 'changes of facts, as they happen',
    'skein tail --after 0 --json': 'all of them, as JSON',
  },
  inbox: { 'skein inbox': 'the questions that wait', 'skein inbox d99fb0… --json': 'one, with what is known' },
  answer: {
    'skein answer d99fb0… yes --as eve': 'lets the agent go on',
    "skein answer d99fb0… --decline 'Too much.' --as eve": 'tells it not to',
  },
  retract: { "skein retract observations/ID --reason 'A typo.' --as ann": 'takes a record back' },
  supersede: { 'skein supersede observations/OLD --by observations/NEW --as ann': 'says what holds in its place' },
  confirm: { 'skein confirm facts/price/acme --as ann': 'says that a record in doubt holds' },
  forget: {
    "skein forget 'work/model/*'": 'answers of models are computed anew',
    "skein forget --subject customer/42 --reason 'Asked to.' --right erase --as ann": 'erases all about a person',
  },
  touch: { 'skein touch price/acme --ttl 90d': 'a fact lives for 90 days from now' },
  hold: { "skein hold --subject customer/42 --reason 'A lawsuit.' --right hold": 'keeps records from being forgotten' },
  release: { "skein release ID --reason 'It is over.' --right hold": 'ends a hold' },
  audit: { 'skein audit --right audit --since 1h': 'who read and wrote what' },
  agents: { 'skein agents --check ./agents.ts': 'what a release would make of saved agents' },
  order: {
    'skein order pause clerk-2 --as olga --right control --why "It repeats itself."': 'it takes no more work for now',
    'skein order send clerk-2 hurry --as olga --right control': 'a message of this type',
  },
  runs: { 'skein runs --limit 5': 'the latest runs, with calls and savings' },
  stats: { 'skein stats --store redis://127.0.0.1:6379': 'records, saved work, people, agents' },
  doctor: { 'skein doctor .skein/memory.db': 'what is in it, and what is corrupt' },
  backup: { 'skein backup .skein/memory.db monday.db': 'a copy, while agents work' },
  restore: { 'skein restore monday.db .skein/memory.db --overwrite': 'puts it back' },
  migrate: { 'skein migrate redis://127.0.0.1:6379': 'brings old rows to the current format' },
  worker: {
    'skein worker --store redis://127.0.0.1:6379 --activities ./report.ts': 'runs activities for flocks elsewhere',
    'skein worker --store redis://127.0.0.1:6379 --agents ./orders.ts': 'hosts agents, together with others',
  },
  workers: { 'skein workers --store redis://127.0.0.1:6379': 'who works, and what nobody can' },
  completion: { 'skein completion bash': 'a script for ~/.bashrc' },
  help: { 'skein help stores': 'which stores there are', 'skein help run': 'the options of skein run' },
}

import { defaultCeiling } from '../report/default-ceiling.ts'
import { numberText } from '../terminal/number-text.ts'

/** What `skein help TOPIC` explains, by topic. */
export const topics: Readonly<Record<string, string>> = {
  stores: `A store keeps a memory. --store names one:

  .skein/memory.db           a SQLite file, the default
  redis://HOST:PORT/DB       a Redis or Valkey server, for many machines
  rediss://USER:PASS@HOST    the same over TLS
  memory:                    keeps nothing; only for skein run

A store holds several memories side by side: --space names one (default: default).
skein init makes a store, skein backup copies a file, skein migrate brings its format up to date.
A program opens the same memory:

  import { openMemory } from '@skein/memory'
  import { sqliteStore } from '@skein/sqlite'
  const memory = await openMemory({ store: sqliteStore('.skein/memory.db') })`,

  access: `Every command sees only records that your clearance covers:

  --as ID                    who you are, as the audit records it
  --clearance LEVEL          public (the default), internal or confidential
  --clearance confidential+finance   with the compartment finance
  --right NAME               audit, declassify, correct, erase, hold, control or administer

The command trusts these options. SKEIN_KEYS holds the keys of encrypted records: without its key, nobody can
read a sealed record.`,

  output: `Results go to standard output; progress, hints, errors and warnings to standard error.
--json prints one line with one JSON object. Fields stay within a major version; new ones may appear.

Exit codes:
  0     success
  1     failure, or a check that found a problem
  2     misuse: an unknown option, or a value that an option doesn't take
  3     the run would cost more than its ceiling; nothing was sent
  130   interrupted; skein tail and skein dashboard end with 0`,

  costs: `The built-in model costs nothing. With --model openai:NAME, skein run first estimates what it will use.
Without a budget it stops at ${numberText(defaultCeiling.calls)} calls, ${numberText(defaultCeiling.tokens)} tokens and, where the price is known, $${defaultCeiling.usd}.

  --dry-run                  prints only the plan, and asks no model
  --budget-calls, --budget-tokens, --budget-usd   your own limits

Finished work is reused: skein stats shows what that saved.`,

  environment: `Variables that the commands read:

  OPENAI_API_KEY             the key for --model openai:NAME; --api-key-env names another variable
  SKEIN_KEYS                 keys of encrypted records: k1=BASE64,k2=BASE64
  SKEIN_CURRENT_KEY          which of them seals new records (default: the last)
  SKEIN_ENCRYPT_FROM         the level from which records are sealed
  SKEIN_BUCKET               where large objects lie: a folder, or https://HOST/BUCKET with the AWS_… variables
  SKEIN_DEBUG=1              errors with their stacks
  NO_COLOR=1, COLUMNS        no colors; the width of tables in a pipe`,
}

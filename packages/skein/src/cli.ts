#!/usr/bin/env node

import module from 'node:module'

// The next start need not compile again.
module.enableCompileCache?.()

// What can't be loaded here has a sentence for people, such as that Node.js is too old.
const loaded = await import('./main.ts').catch((error: unknown) => {
  process.stderr.write(`skein: ${error instanceof Error ? error.message : String(error)}\n`)
})
process.exitCode = loaded ? await loaded.main(process.argv) : 1

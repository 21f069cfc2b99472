/**
 * Anthropic's memory tool for two conversations at the same time. Their files are facts, so neither overwrites what
 * the other has written.
 *
 * Run it: `node examples/anthropic-memory.ts`
 *
 * @module
 */

import type Anthropic from '@anthropic-ai/sdk'
import { betaMemoryTool } from '@anthropic-ai/sdk/helpers/beta/memory'
import { memoryHandlers } from '@skein/anthropic-memory'
import { mapStore, openMemory } from '@skein/memory'

await using memory = await openMemory({ store: mapStore() })
const view = memory.as({ id: 'claude', role: 'agent' })

// For real use, give the tool to `client.beta.messages.toolRunner({ tools: [tool], … })`, which calls it.
type Command = Anthropic.Beta.BetaMemoryTool20250818Command
const conversation = (name: string) => {
  const tool = betaMemoryTool(memoryHandlers(view))
  return async (command: Command): Promise<void> => {
    const answer = await Promise.resolve(tool.run(command)).catch((error: Error) => `Refused: ${error.message}`)
    console.log(`${name} ${command.command}: ${answer as string}\n`)
  }
}
const [one, two] = [conversation('one'), conversation('two')]
const path = '/memories/acme.md'

await one({ command: 'create', path, file_text: '# Acme\nPays late.' })
await two({ command: 'view', path })
await one({ command: 'insert', path, insert_line: 1, insert_text: 'Wants 10 % off.' })
// Line 2 is another one by now.
await two({ command: 'insert', path, insert_line: 2, insert_text: 'Since May.' })
await two({ command: 'insert', path, insert_line: 3, insert_text: 'Since May.' })
await one({ command: 'view', path })
await two({ command: 'view', path: '/memories/../../etc/passwd' })

// A plain agent reads the same file, and who wrote it.
const fact = await memory.as({ id: 'sam', role: 'sales' }).facts.read<string>('memories/acme.md')
console.log(`Version ${fact?.version} by ${fact?.author}: ${fact?.value.split('\n').length} lines`)

import { readFile } from 'node:fs/promises'
import { Agent, run } from '@openai/agents'

const model = 'gpt-4o-mini'
const summarizer = new Agent({ name: 'Summarizer', instructions: 'Summarize in one sentence.', model })
const editor = new Agent({ name: 'Editor', instructions: 'Merge into one paragraph.', model })
const summarize = async (file: string) => (await run(summarizer, await readFile(file, 'utf8'))).finalOutput
const notes = await Promise.all(process.argv.slice(2).map(summarize))
console.log((await run(editor, notes.join('\n'))).finalOutput)

import { readFile } from 'node:fs/promises'
import { Agent } from '@mastra/core/agent'

const model = 'openai/gpt-4o-mini'
const summarizer = new Agent({ id: 'notes', name: 'Notes', instructions: 'Summarize in one sentence.', model })
const editor = new Agent({ id: 'editor', name: 'Editor', instructions: 'Merge into one paragraph.', model })
const summarize = async (file: string) => (await summarizer.generate(await readFile(file, 'utf8'))).text
const notes = await Promise.all(process.argv.slice(2).map(summarize))
console.log((await editor.generate(notes.join('\n'))).text)

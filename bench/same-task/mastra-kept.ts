import { readFile } from 'node:fs/promises'
import { Agent } from '@mastra/core/agent'
import { keptInFiles } from './kept-in-files.ts'

const model = 'openai/gpt-4o-mini'
const summarizer = new Agent({ id: 'notes', name: 'Notes', instructions: 'Summarize in one sentence.', model })
const editor = new Agent({ id: 'editor', name: 'Editor', instructions: 'Merge into one paragraph.', model })
const note = keptInFiles('note', async (text) => (await summarizer.generate(text)).text)
const merge = keptInFiles('merge', async (text) => (await editor.generate(text)).text)
const summarize = async (file: string) => note(await readFile(file, 'utf8'))
const notes = await Promise.all(process.argv.slice(2).map(summarize))
console.log(await merge(notes.join('\n')))

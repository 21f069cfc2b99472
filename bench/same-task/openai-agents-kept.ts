import { readFile } from 'node:fs/promises'
import { Agent, run } from '@openai/agents'
import { keptInFiles } from './kept-in-files.ts'

const model = 'gpt-4o-mini'
const summarizer = new Agent({ name: 'Summarizer', instructions: 'Summarize in one sentence.', model })
const editor = new Agent({ name: 'Editor', instructions: 'Merge into one paragraph.', model })
const note = keptInFiles('note', async (text) => (await run(summarizer, text)).finalOutput ?? '')
const merge = keptInFiles('merge', async (text) => (await run(editor, text)).finalOutput ?? '')
const summarize = async (file: string) => note(await readFile(file, 'utf8'))
const notes = await Promise.all(process.argv.slice(2).map(summarize))
console.log(await merge(notes.join('\n')))

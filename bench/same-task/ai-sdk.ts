import { readFile } from 'node:fs/promises'
import { openai } from '@ai-sdk/openai'
import { generateText } from 'ai'

const model = openai('gpt-4o-mini')
const ask = async (prompt: string) => (await generateText({ model, prompt })).text
const summarize = async (file: string) => ask(`Summarize in one sentence:\n${await readFile(file, 'utf8')}`)
const notes = await Promise.all(process.argv.slice(2).map(summarize))
console.log(await ask(`Merge into one paragraph:\n${notes.join('\n')}`))

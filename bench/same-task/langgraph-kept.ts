import { readFile } from 'node:fs/promises'
import { entrypoint, task } from '@langchain/langgraph'
import { ChatOpenAI } from '@langchain/openai'
import { keptInFiles } from './kept-in-files.ts'

const model = new ChatOpenAI({ model: 'gpt-4o-mini' })
const askOnce = keptInFiles('ask', async (prompt) => (await model.invoke(prompt)).text)
const ask = task('ask', askOnce)
const summarize = async (file: string) => ask(`Summarize in one sentence:\n${await readFile(file, 'utf8')}`)
const overview = entrypoint('overview', async (files: string[]) => {
  const notes = await Promise.all(files.map(summarize))
  return ask(`Merge into one paragraph:\n${notes.join('\n')}`)
})
console.log(await overview.invoke(process.argv.slice(2)))

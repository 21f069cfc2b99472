import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { lock } from 'proper-lockfile'

type Ask = (prompt: string) => Promise<string>

/** Asks once: the answer is kept in a file, and runs at the same time wait for it. */
export function keptInFiles(name: string, ask: Ask): Ask {
  return async (prompt) => {
    const folder = `answers/${name}/${createHash('sha256').update(prompt).digest('hex')}`
    await mkdir(folder, { recursive: true })
    const release = await lock(folder, { retries: { forever: true, minTimeout: 50, maxTimeout: 500 } })
    try {
      return await readFile(`${folder}/answer`, 'utf8').catch(async () => {
        const answer = await ask(prompt)
        await writeFile(`${folder}/answer`, answer)
        return answer
      })
    } finally {
      await release()
    }
  }
}

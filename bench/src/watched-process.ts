/**
 * Who looks on, without what a browser does with it: reads a dashboard's
 * stream to its end, and tells, whenever it is asked, how many activities it saw
 * end and whether events were lost.
 *
 * `node watched-process.ts LINK`
 *
 * @module
 */

import { get } from 'node:http'

/** What the process tells the one that started it. */
export interface Seen {
  readonly ended: number
  readonly hasLost: boolean
}

/** What begins before the end of a piece may end in the next one. */
const longestSign = 20

const [link = ''] = process.argv.slice(2)
const { origin, hash } = new URL(link)
const headers = { authorization: `Bearer ${hash.slice('#token='.length)}` }
get(`${origin}/api/stream`, { headers }, (response) => {
  if (response.statusCode !== 200) throw new Error(`The stream answers ${response.statusCode}.`)
  let [rest, ended, hasLost] = ['', 0, false]
  const tell = (): void => void process.send?.({ ended, hasLost } satisfies Seen)
  process.on('message', tell)
  tell()
  response.setEncoding('latin1').on('data', (piece: string) => {
    const text = rest + piece
    // Nothing is parsed: what a page makes of it costs the browser, and not the flock.
    rest = text.slice(-longestSign)
    ended += count(text, '"phase":"done"') - count(rest, '"phase":"done"')
    hasLost ||= /"dropped":[1-9]/.test(text)
  })
})
process.on('disconnect', () => process.exit())

function count(text: string, sign: string): number {
  return text.split(sign).length - 1
}

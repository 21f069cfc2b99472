/**
 * A page that looks on, all but its drawing: reads a dashboard's stream to its
 * end, and tells how many activities it saw end and how many events it lost.
 *
 * `node watched-process.ts LINK`
 *
 * @module
 */

import type { Frame } from '@skein/dashboard'

/** What the process tells the one that started it, frame by frame. */
export interface Seen {
  readonly ended: number
  readonly dropped: number
}

const [link = ''] = process.argv.slice(2)
const { origin, hash } = new URL(link)
const headers = { authorization: `Bearer ${hash.slice('#token='.length)}` }
const { body, status } = await fetch(`${origin}/api/stream`, { headers })
if (status !== 200 || !body) throw new Error(`The stream answers ${status}.`)
process.on('disconnect', () => process.exit())
tell({ ended: 0, dropped: 0 })

let rest = ''
for await (const text of body.pipeThrough(new TextDecoderStream())) {
  const blocks = `${rest}${text}`.split('\n\n')
  rest = blocks.pop() ?? ''
  for (const block of blocks) {
    const data = /^event: frame\n(?:id: .*\n)?data: (.*)$/.exec(block)?.[1]
    if (data === undefined) continue
    const { events, dropped } = JSON.parse(data) as Frame
    tell({ ended: events.filter((event) => event.type === 'activity' && event.phase === 'done').length, dropped })
  }
}

function tell(seen: Seen): void {
  process.send?.(seen)
}

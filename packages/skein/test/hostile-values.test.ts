import { beforeAll, describe, expect, it } from 'vitest'

import { folderForAll, harmful, openIn } from './sample-memory.ts'
import { skein } from './run-skein.ts'
import type { Ended } from './run-skein.ts'

/** Clears the screen, sets the title, colors by a C1 code, reverses the order, breaks lines, hides letters. */
const evil =
  '\u001B[2J\u001B]0;pwned\u0007\u009B31m\u202Edeneppaw\u2066\r\n\u2028version    9\u{E0041}\u200B\u0000\u007F'
const long = 'é日本👩‍👩‍👧'.repeat(100_000)
/** The longest name that is allowed. */
const longName = long.slice(0, 990)
const zalgo = `e${'\u0301'.repeat(5_000)}`

const folder = folderForAll()
let object = ''
let question = ''
beforeAll(async () => {
  await using memory = await openIn(folder)
  const eve = memory.as({ id: `eve${evil}`, role: evil })
  const meta = { task: `task${evil}`, tags: [`tag${evil}`, longName] }
  await eve.facts.set(`key${evil}`, { [evil]: [evil, long] }, meta)
  await eve.facts.set(longName, long, meta)
  await eve.facts.set('zalgo', zalgo)
  await eve.observations.log({ value: `geese ${evil}`, ...meta })
  await eve.decisions.record({ decision: evil, reasoning: `geese ${long}`, ...meta })
  object = (await eve.objects.put(`text ${evil}`, { ...meta, mediaType: 'text/plain;x=\u001B[31m' })).id
  await eve.objects.put({ [evil]: long }, { derivedFrom: [{ id: object }], ...meta })
  question = (
    await eve.escalations.open({ ...meta, reason: evil, question: `${evil}${long.slice(0, 88_000)}`, assignedTo: evil })
  ).id
  await eve.once(`kind${evil}/v1`, async () => evil)
})

const look = (args: readonly string[], columns: string): Promise<Ended> =>
  skein([...args, '--store', 'x.db'], folder, { COLUMNS: columns })

const commands = (): (readonly string[])[] => [
  ['ls'],
  ['ls', 'facts'],
  ['ls', 'objects'],
  ['get', 'facts', 'key…'],
  ['get', 'facts', 'zalgo'],
  ['get', 'objects', object],
  ['search', 'geese'],
  ['inbox'],
  ['inbox', question],
  ['stats'],
  ['audit', '--right', 'audit'],
  ['diff', '--since', '1h'],
]

/** At most as many columns as a terminal takes. */
function columnsOf(line: string): number {
  const letters = Array.from(new Intl.Segmenter().segment(line), ({ segment }) => segment)
  return letters.reduce((sum, letter) => sum + (/[日本]|\p{Emoji_Presentation}/u.test(letter) ? 2 : 1), 0)
}

describe('hostile values', () => {
  it('are harmless to a terminal and fit its width, in every command', async () => {
    const shown = await Promise.all(commands().map((args) => look(args, '60')))
    for (const [index, { code, stdout, stderr }] of shown.entries()) {
      const command = commands()[index]
      expect({ command, code }).toEqual({ command, code: 0 })
      // The joiners of emoji are harmless.
      expect({ command, found: harmful.exec((stdout + stderr).replaceAll('\u200D', ''))?.[0] }).toEqual({ command })
      expect({ command, wide: stdout.split('\n').filter((line) => columnsOf(line) > 60) }).toEqual({
        command,
        wide: [],
      })
      expect(stdout.length).toBeLessThan(200_000)
    }
  })

  it('cannot be mistaken for lines of the command', async () => {
    const { stdout } = await look(['get', 'facts', 'key…'], '60')
    expect(stdout.split('\n').filter((line) => line.startsWith('version'))).toEqual(['version    1, change 1'])
    const text = await look(['get', 'objects', object], '60')
    expect(text.stdout).toMatch(/\n {2}\S*version {4}9/)
  })

  it('come through --json exactly, in one line that is harmless to a terminal too', async () => {
    const outputs = await Promise.all(commands().map((args) => look([...args, '--json'], '60')))
    for (const { code, stdout } of outputs) {
      expect(code).toBe(0)
      expect(stdout.trimEnd().split('\n')).toHaveLength(1)
      expect(harmful.exec(stdout)?.[0]).toBeUndefined()
      JSON.parse(stdout)
    }
    expect(JSON.parse(outputs[3]?.stdout ?? '')).toMatchObject({
      id: `key${evil}`,
      author: `eve${evil}`,
      value: { [evil]: [evil, long] },
      tags: [`tag${evil}`, longName],
    })
  })

  it('are harmless in warnings and errors', async () => {
    const { stderr, code } = await look(['get', 'facts', '\u001B[2Jnope'], '60')
    expect(code).toBe(1)
    expect(harmful.exec(stderr)?.[0]).toBeUndefined()
  })
})

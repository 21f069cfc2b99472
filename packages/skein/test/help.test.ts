import { collectionsWith } from '@skein/memory/store'
import { Help } from 'commander'
import { describe, expect, it } from 'vitest'

import { ErrorReporter } from '../src/cli/error-reporter.ts'
import { examples } from '../src/cli/examples.ts'
import { outline } from '../src/cli/outline.ts'
import type { CommandName } from '../src/cli/outline.ts'
import { program } from '../src/main.ts'
import { topics } from '../src/render/topics.ts'
import { skein } from './run-skein.ts'
import { folderForAll } from './sample-memory.ts'

const folder = folderForAll()
const root = await program({
  signal: AbortSignal.abort(),
  errors: new ErrorReporter(false),
  exitCode: 0,
  afterInterrupt: '',
})
const andList = new Intl.ListFormat('en')
const names = root.commands.map((command) => command.name())

describe('the outline', () => {
  it.each(root.commands.map((command) => [command.name(), command] as const))(
    'says of skein %s what the command itself does',
    (name, command) => {
      expect(`${name} ${outline[name as CommandName].usage}`).toBe(new Help().subcommandTerm(command))
    },
  )

  it('names the collections that are searched, and the topics of the help', () => {
    expect(outline.search.description).toContain(andList.format(collectionsWith('searchable')))
    expect(outline.help.description).toContain(Object.keys(topics).join(', '))
  })
})

describe('examples', () => {
  it('are there for every command, and for no other', () => {
    expect(Object.keys(examples).toSorted()).toEqual(names.toSorted())
  })

  it.each(Object.entries(examples).flatMap(([name, lines]) => Object.keys(lines).map((line) => [name, line] as const)))(
    'of skein %s are understood: %s',
    (name, line) => {
      const command = root.commands.find((one) => one.name() === name)
      const words = (line.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replaceAll("'", ''))
      expect(words.slice(0, 2)).toEqual(['skein', name])
      const { operands, unknown } = command?.parseOptions(words.slice(2)) ?? { operands: [], unknown: ['no command'] }
      expect(unknown).toEqual([])
      const required = command?.registeredArguments.filter((argument) => argument.required) ?? []
      expect(operands.length).toBeGreaterThanOrEqual(required.length)
    },
  )
})

describe('skein help', () => {
  it.each([root, ...root.commands].map((command) => [command.name(), command] as const))(
    'fits 40 columns: %s',
    (_, command) => {
      command.configureOutput({ getOutHelpWidth: () => 40 })
      const wide = command.helpInformation().split('\n')
      // A word or a term that is longer stays whole.
      expect(wide.filter((line) => line.length > 40 && /\S {2,}\S/.test(line))).toEqual([])
      expect(wide.filter((line) => line.startsWith('      ') && line.length > 40)).toEqual([])
    },
  )

  it('shows no default that is off or empty', () => {
    const shown = root.commands.map((command) => command.helpInformation()).join('\n')
    expect(shown).toContain('(default: "default")')
    expect(shown).not.toMatch(/default:\s+(?:false|\[\])/)
  })

  it('explains a topic, a command, and which there are', async () => {
    const [topic, command, all] = await Promise.all(
      [['help', 'stores'], ['help', 'stats'], ['help']].map((args) => skein(args, folder)),
    )
    expect(topic).toMatchObject({ code: 0, stdout: `${topics['stores']}\n`, stderr: '' })
    expect(command?.stdout).toMatch(/^Usage: skein stats .*\n[^]*Examples:\n {2}skein stats --store redis:\/\//)
    expect(all?.stdout).toContain('--store flock.db, --store redis://HOST:PORT')
    for (const name of Object.keys(topics)) expect(all?.stdout).toContain(name)
  })

  it.each([
    ['stoers', "error: 'stoers' is neither a command nor a topic. Did you mean stores? skein help lists all.\n"],
    ['vacuum', "error: 'vacuum' is neither a command nor a topic. skein help lists them.\n"],
  ])('names what was probably meant, or where the list is: %s', async (name, message) => {
    const { code, stdout, stderr } = await skein(['help', name], folder)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toBe(`${message}(skein help --help shows how)\n`)
  })

  it('names every variable that the commands read', () => {
    for (const name of [
      'OPENAI_API_KEY',
      'SKEIN_KEYS',
      'SKEIN_CURRENT_KEY',
      'SKEIN_ENCRYPT_FROM',
      'SKEIN_BUCKET',
      'SKEIN_DEBUG',
    ])
      expect(topics['environment']).toContain(name)
  })
})

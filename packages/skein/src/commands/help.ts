import { probablyMeant } from '@skein/memory/runtime'
import { Argument } from 'commander'
import type { Command } from 'commander'

import { addCommand } from '../cli/command.ts'
import { topics } from '../render/topics.ts'
import { print } from '../terminal/printer.ts'

/** Adds `skein help`, which explains a command, or something that several commands have in common. Add it last. */
export function addHelp(skein: Command): void {
  const help = addCommand(skein, 'help')
  const commands = skein.commands.map((command) => command.name())
  const names = [...commands, ...Object.keys(topics)]
  const argument = new Argument('[topic]', 'a command or a topic').choices(names)
  // Commander's own check would print all names in one line.
  argument.argParser((name: string) => name)
  help.addArgument(argument).action(async (name: string | undefined) => {
    const topic = topics[name ?? '']
    const command = name === undefined ? skein : skein.commands.find((one) => one.name() === name)
    if (topic !== undefined) await print(topic)
    else if (command) command.help()
    else help.error(unknownTopic(name, names))
  })
}

function unknownTopic(name: string | undefined, names: readonly string[]): string {
  const meant = probablyMeant(name ?? '', names)
  const remedy = meant === undefined ? 'skein help lists them.' : `Did you mean ${meant}? skein help lists all.`
  return `error: '${name}' is neither a command nor a topic. ${remedy}`
}

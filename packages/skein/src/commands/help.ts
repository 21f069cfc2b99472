import { Argument } from 'commander'
import type { Command } from 'commander'

import { addCommand } from '../cli/command.ts'
import { topics } from '../render/topics.ts'
import { print } from '../terminal/printer.ts'

/** Adds `skein help`, which explains a command, or something that several commands have in common. Add it last. */
export function addHelp(skein: Command): void {
  const names = Object.keys(topics)
  const commands = skein.commands.map((command) => command.name())
  addCommand(skein, 'help')
    .addArgument(new Argument('[topic]', 'a command or a topic').choices([...commands, ...names]))
    .action(async (name: string | undefined) => {
      const topic = topics[name ?? '']
      if (topic === undefined) (skein.commands.find((one) => one.name() === name) ?? skein).help()
      else await print(topic)
    })
}

import { readFileSync } from 'node:fs'

import type { Ended, Project } from './project.ts'

/** A section of the guide whose commands are run. */
export interface Recipe {
  /** Its heading, such as `esbuild`. */
  readonly name: string
  /** The files that it shows, and those of the app before it. */
  readonly files: Readonly<Record<string, string>>
  readonly commands: readonly string[]
}

/** The recipes of a guide: its blocks marked `part PATH` are files, those marked `sh recipe` are commands. */
export function readRecipes(path: string): readonly Recipe[] {
  const sections = readFileSync(path, 'utf8').split(/^## /m).slice(1)
  let app: Readonly<Record<string, string>> = {}
  return sections.flatMap((section) => {
    const name = section.slice(0, section.indexOf('\n'))
    const shown = Array.from(section.matchAll(/^```\w+ part (\S+)\n([^]*?)^```$/gm), ([, file = '', text = '']) => [
      file,
      text,
    ])
    const files = { ...app, ...(Object.fromEntries(shown) as Record<string, string>) }
    const commands = /^```sh recipe\n([^]*?)^```$/m.exec(section)?.[1]?.trim().split('\n')
    if (name === 'The app') app = files
    return commands ? [{ name, files, commands }] : []
  })
}

/**
 * Runs a recipe in a folder of its own. A server that the last command asks is started on a port of its own.
 *
 * @returns how its last command ended, or the first that failed.
 */
export async function runRecipe(project: Project, recipe: Recipe, version?: string): Promise<Ended> {
  const app = project.sibling(`${recipe.name.toLowerCase().replaceAll(/\W+/g, '-')}-${version ?? 'own'}`)
  app.write(recipe.files)
  let ended: Ended = { code: 1, output: 'The recipe has no command.' }
  for (const [index, command] of recipe.commands.entries()) {
    const asks = /^curl http:\/\/localhost:\d+(\/\S*)$/.exec(recipe.commands[index + 1] ?? '')?.[1]
    // What the project has, not what is newest.
    const own = command.replace('npx tsc', `node ${app.tool('typescript/bin/tsc')}`).replace(/^npx /, '')
    ended = await (asks === undefined ? app.run(own, version) : app.serve(own, asks, version))
    if (ended.code !== 0) return { ...ended, output: `${command}\n${ended.output}` }
    if (asks !== undefined) return ended
  }
  return ended
}

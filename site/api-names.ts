import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { CommentTag, Converter } from 'typedoc'
import type { Application, Context } from 'typedoc'

import { readEntryPoints, topicsOf } from './entry-points.ts'

/**
 * A plugin of TypeDoc that calls modules what users import, and groups their names by topic. Warnings fail the build.
 *
 * @param root - Of the repository.
 */
export function apiNames(root: string): (app: Application) => void {
  const byFile = new Map(readEntryPoints(root).map(({ name, file }) => [join(root, file), name]))
  return (app) => {
    app.converter.on(Converter.EVENT_RESOLVE_BEGIN, (context: Context) => {
      for (const module of context.project.children ?? []) {
        const file = context.getSymbolFromReflection(module)?.declarations?.[0]?.getSourceFile().fileName
        const name = byFile.get(file ?? '')
        if (file === undefined || name === undefined) throw new Error(`${module.name} is no entry point of a package.`)
        module.name = name
        const topics = topicsOf(readFileSync(file, 'utf8'))
        for (const child of module.children ?? []) {
          const topic = topics.get(child.name)
          const comment = (child.signatures?.[0] ?? child).comment
          if (topic !== undefined) comment?.blockTags.push(new CommentTag('@category', [{ kind: 'text', text: topic }]))
        }
      }
    })
    app.converter.on(Converter.EVENT_END, ({ project }: Context) => {
      app.validate(project)
      if (app.logger.hasWarnings() || app.logger.hasErrors()) throw new Error('TypeDoc warns: see above.')
    })
  }
}

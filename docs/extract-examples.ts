import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A ```ts block, written to a file of its own. */
export interface Example {
  /** File and line of the block. */
  readonly name: string
  readonly path: string
  /** False for blocks marked `no-run`, which show a part of something larger. */
  readonly run: boolean
}

const root = join(import.meta.dirname, '..')

/** Where the examples are written. */
export const examplesFolder: string = join(import.meta.dirname, '.examples')

/**
 * Writes every ```ts block of the packages' doc comments, the guides and the
 * README to a module of its own. A trailing `// => value` becomes an assertion,
 * so an example that lies fails.
 */
export function extractExamples(): Example[] {
  rmSync(examplesFolder, { recursive: true, force: true })
  mkdirSync(examplesFolder, { recursive: true })
  const files = globSync(['packages/*/src/**/*.ts', 'packages/*/README.md', 'docs/guide/**/*.md', 'README.md'], {
    cwd: root,
  })
  return files.toSorted().flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8')
    // Blocks marked `part` are parts of a file of the repository, which is tested as a whole.
    const blocks = file.endsWith('.md')
      ? text.matchAll(/^```ts(?! part)(?<mark>.*)\n(?<code>[^]*?)^```$/gm)
      : text.matchAll(/^ *\* ```ts(?<mark>.*)\n(?<code>[^]*?)^ *\* ```$/gm)
    return Array.from(blocks, ({ index, groups: { mark = '', code = '' } = {} }): Example => {
      const name = `${file}:${text.slice(0, index).split('\n').length}`
      const run = mark.trim() !== 'no-run'
      const path = join(examplesFolder, `${name.replaceAll(/\W+/g, '-')}${run ? '' : '.no-run'}.ts`)
      writeFileSync(path, toModule(file.endsWith('.md') ? code : code.replaceAll(/^ *\* ?/gm, '')))
      return { name, path, run }
    })
  })
}

function toModule(code: string): string {
  const asserted = code
    .replaceAll(/^((?:const|let) (\w+).*\S) +\/\/ => (.*)$/gm, '$1\nexpect($2).toEqual($3)')
    .replaceAll(/^(\s*);?(.*\S) +\/\/ => (.*)$/gm, '$1expect($2).toEqual($3)')
  return asserted === code ? `${code}\nexport {}\n` : `import { expect } from 'vitest'\n\n${asserted}`
}

import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative, sep } from 'node:path'

/** The folders of one source tree, from the top down, as ARCHITECTURE.md draws them. */
export interface Rooms {
  /** Relative to the root of the repository. */
  readonly tree: string
  /** Names of folders; {@link rootFiles} stands for the files beside them. */
  readonly folders: readonly string[]
}

const rootFiles = '*.ts'

/** Files in one folder, at most and at least: beyond the one it is several things, below the other none. */
const maxFiles = 25
const minFiles = 3

/** Reads the drawings: fenced blocks whose first line is the path of a tree, then a line for each folder. */
export function readRooms(markdown: string): readonly Rooms[] {
  const blocks = markdown.matchAll(/^```text\n(packages\/\S+)\n([^]*?)^```$/gm)
  return Array.from(blocks, ([, tree = '', lines = '']) => {
    return { tree, folders: Array.from(lines.matchAll(/^ {2}(\*\.ts|[\w-]+(?=\/))/gm), ([, name = '']) => name) }
  })
}

/** Source trees that must be drawn: all that have folders. */
export function sourceTrees(root: string): readonly string[] {
  const trees = globSync('packages/*/{src,page}', { cwd: root }).map((tree) => tree.split(sep).join('/'))
  return trees.filter((tree) => foldersOf(join(root, tree)).length > 0).toSorted()
}

/**
 * Compares a drawing with its source tree. Imports point down: a folder imports
 * only what is drawn below it, and so do the files at the root of the tree.
 *
 * @returns what is wrong, a sentence each.
 */
export function checkRooms(root: string, { tree, folders }: Rooms): readonly string[] {
  const problems: string[] = []
  const base = join(root, tree)
  const there = [rootFiles, ...foldersOf(base)]
  for (const name of there) if (!folders.includes(name)) problems.push(`${tree}/${name} is in no drawing.`)
  for (const name of folders) if (!there.includes(name)) problems.push(`${tree}/${name} is drawn, but is no folder.`)
  const files = globSync('**/*.{ts,tsx}', { cwd: base })
  for (const folder of new Set(files.map((file) => dirname(file)))) {
    const count = readdirSync(join(base, folder), { withFileTypes: true }).filter((entry) => entry.isFile()).length
    if (count > maxFiles) problems.push(`${tree}/${folder} has ${count} files, more than ${maxFiles}.`)
    if (count < minFiles && folder !== '.')
      problems.push(`${tree}/${folder} has ${count} files, less than ${minFiles}.`)
  }
  for (const file of files) {
    for (const target of importsOf(base, file)) {
      const [from, to] = [roomOf(file), roomOf(target)]
      if (folders.indexOf(from) > folders.indexOf(to))
        problems.push(`${tree}/${file} imports ${target}, which is above it.`)
    }
  }
  return problems
}

function foldersOf(base: string): readonly string[] {
  return readdirSync(base, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && globSync('**/*.{ts,tsx}', { cwd: join(base, entry.name) }).length > 0)
    .map(({ name }) => name)
}

function roomOf(file: string): string {
  return file.includes('/') ? (file.split('/')[0] ?? '') : rootFiles
}

/** What a file imports from its own tree, types included. */
function importsOf(base: string, file: string): readonly string[] {
  const text = readFileSync(join(base, file), 'utf8')
  return Array.from(text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g), ([, specifier = '']) => {
    return normalize(join(dirname(file), specifier))
      .split(sep)
      .join('/')
  }).filter((target) => !target.startsWith('..') && /\.tsx?$/.test(target) && existsSync(join(base, target)))
}

/** Checks every drawing, and that each tree with folders has one. */
export function checkAllRooms(root: string): readonly string[] {
  const drawn = readRooms(readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8'))
  const missing = sourceTrees(root).filter((tree) => !drawn.some((rooms) => rooms.tree === tree))
  return [
    ...missing.map((tree) => `${relative('.', tree)} has folders, but no drawing in ARCHITECTURE.md.`),
    ...drawn.flatMap((rooms) => checkRooms(root, rooms)),
  ]
}

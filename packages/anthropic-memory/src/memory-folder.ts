import { VersionConflictError } from '@skein/memory'
import type { Fact, View } from '@skein/memory'
import { allFacts } from '@skein/memory/runtime'
import type { Label } from '@skein/memory/store'

import { MemoryFileError } from './memory-file-error.ts'
import { pathOf } from './memory-path.ts'

/** A file, as one version of its fact. */
export interface MemoryFile {
  readonly names: readonly string[]
  readonly text: string
  readonly version: number
}

/** The limits and the label of a folder. */
export interface FolderRules {
  readonly prefix: string
  readonly maxFileBytes: number
  readonly maxFiles: number
  /** Of each write. */
  readonly label: () => Label
}

/** The facts that hold the files of one folder `/memories`. */
export class MemoryFolder {
  readonly #view: View
  readonly #rules: FolderRules

  constructor(view: View, rules: FolderRules) {
    this.#view = view
    this.#rules = rules
  }

  async read(names: readonly string[]): Promise<MemoryFile | undefined> {
    const fact = await this.#view.facts.read<string>(this.#keyOf(names), { consistency: 'strong' })
    return fact && { names, text: fact.value, version: fact.version }
  }

  /** All files below a folder, by path. */
  async list(names: readonly string[] = []): Promise<readonly MemoryFile[]> {
    const files: MemoryFile[] = []
    for await (const { key, value, version } of allFacts(this.#view.facts, { prefix: `${this.#keyOf(names)}/` })) {
      if (typeof value !== 'string') continue
      files.push({ names: key.slice(this.#rules.prefix.length + 1).split('/'), text: value, version })
    }
    return files
  }

  /**
   * Writes a file if it is still at this version, 0 for none.
   *
   * @throws MemoryFileError when the text is too large; with the current text when somebody else has written it.
   */
  async write(names: readonly string[], text: string, ifVersion: number): Promise<MemoryFile> {
    const { maxFileBytes, label } = this.#rules
    const path = pathOf(names)
    const bytes = Buffer.byteLength(text)
    if (bytes > maxFileBytes) {
      throw new MemoryFileError(
        path,
        `${path} would hold ${bytes} bytes, more than ${maxFileBytes}. Split it, or shorten it.`,
      )
    }
    try {
      const { version } = await this.#view.facts.set(this.#keyOf(names), text, { ...label(), ifVersion })
      return { names, text, version }
    } catch (error) {
      throw conflictOf(path, error)
    }
  }

  /** Deletes a file if it is still at this version. @throws MemoryFileError with the current text */
  async delete({ names, version }: MemoryFile): Promise<void> {
    try {
      await this.#view.facts.delete(this.#keyOf(names), { ifVersion: version })
    } catch (error) {
      throw conflictOf(pathOf(names), error)
    }
  }

  /** @throws MemoryFileError when a file stands where a folder would be, or there are too many files. */
  async makeRoom(names: readonly string[], added: number): Promise<void> {
    const path = pathOf(names)
    for (let depth = 1; depth < names.length; depth += 1) {
      const above = names.slice(0, depth)
      if (await this.read(above)) throw new MemoryFileError(path, `${pathOf(above)} is a file, not a directory.`)
    }
    const files = await this.list()
    if (files.some((file) => startsWith(file.names, names))) throw new MemoryFileError(path, `${path} is a directory.`)
    const { maxFiles } = this.#rules
    if (files.length + added > maxFiles) {
      throw new MemoryFileError(path, `There are ${maxFiles} files, which is the most. Delete or merge some.`)
    }
  }

  #keyOf(names: readonly string[]): string {
    return [this.#rules.prefix, ...names].join('/')
  }
}

function startsWith(names: readonly string[], begin: readonly string[]): boolean {
  return names.length > begin.length && begin.every((name, at) => name === names[at])
}

function conflictOf(path: string, error: unknown): unknown {
  if (!(error instanceof VersionConflictError)) return error
  const current = (error.current as Fact<string> | undefined)?.value
  return current === undefined
    ? new MemoryFileError(path, `${path} was deleted or renamed by somebody else.`)
    : new MemoryFileError(path, `${path} was written by somebody else. Read it again, then decide.`, current)
}

import { OptionError } from '@skein/memory'
import type { View } from '@skein/memory'
import { labelFrom, requireInteger, requireOptions, requireStrings } from '@skein/memory/runtime'
import type { LabelOptions, OptionKinds } from '@skein/memory/runtime'

import { directoryText, linesText } from './file-texts.ts'
import { MemoryFileError } from './memory-file-error.ts'
import { MemoryFolder } from './memory-folder.ts'
import type { MemoryFile } from './memory-folder.ts'
import { namesOf, pathOf } from './memory-path.ts'

/** Options of {@link memoryHandlers}. */
export interface MemoryHandlersOptions extends LabelOptions {
  /**
   * Separates this `/memories` folder from others: each file is the fact `prefix/path`.
   *
   * @defaultValue 'memories'
   */
  readonly prefix?: string
  /**
   * Maximum size of a file, in bytes of UTF-8.
   *
   * @defaultValue 100_000
   */
  readonly maxFileBytes?: number
  /**
   * Maximum number of files.
   *
   * @defaultValue 1_000
   */
  readonly maxFiles?: number
}

const kinds: OptionKinds<MemoryHandlersOptions> = {
  prefix: 'any',
  maxFileBytes: 'any',
  maxFiles: 'any',
  sensitivity: 'any',
  compartments: 'any',
}

/**
 * The six verbs of Anthropic's memory tool. Each resolves to a text for the model; the message of an error is also
 * meant for the model.
 */
export interface MemoryHandlers {
  view(command: { readonly path: string; readonly view_range?: readonly number[] }): Promise<string>
  create(command: { readonly path: string; readonly file_text: string }): Promise<string>
  str_replace(command: { readonly path: string; readonly old_str: string; readonly new_str?: string }): Promise<string>
  insert(command: {
    readonly path: string
    readonly insert_line: number
    readonly insert_text: string
  }): Promise<string>
  delete(command: { readonly path: string }): Promise<string>
  rename(command: { readonly old_path: string; readonly new_path: string }): Promise<string>
}

/**
 * Creates handlers of Anthropic's memory tool for a view. Its files are versioned facts that agents in all processes
 * share, within their clearance. If a file has changed since the model last saw it, a command on it is refused, and
 * the message quotes the current text.
 *
 * Create separate handlers for each conversation: they remember which version of each file its model has seen.
 *
 * @throws OptionError
 *
 * @example
 * ```ts
 * import { memoryHandlers } from '@skein/anthropic-memory'
 * import { mapStore, openMemory } from '@skein/memory'
 *
 * const memory = await openMemory({ store: mapStore() })
 * const handlers = memoryHandlers(memory.as({ id: 'claude', role: 'agent' }))
 * await handlers.create({ path: '/memories/acme.md', file_text: 'Acme pays late.\n' })
 * await handlers.str_replace({ path: '/memories/acme.md', old_str: 'late', new_str: 'in time' })
 * const text = await handlers.view({ path: '/memories/acme.md' })
 * text.split('\n')[1] // => '     1\tAcme pays in time.'
 * await memory.close()
 * ```
 */
export function memoryHandlers(view: View, options: MemoryHandlersOptions = {}): MemoryHandlers {
  const given = requireOptions('memoryHandlers', options, kinds)
  const { prefix = 'memories', maxFileBytes = 100_000, maxFiles = 1_000, ...label } = given
  requireStrings('prefix', [prefix])
  if (prefix.includes('/') || prefix.length > 100)
    throw new OptionError('prefix', 'at most 100 characters, no "/"', prefix)
  requireInteger('maxFileBytes', maxFileBytes, 1, 10_000_000)
  requireInteger('maxFiles', maxFiles, 1, 100_000)
  const folder = new MemoryFolder(view, { prefix, maxFileBytes, maxFiles, label: labelFrom(view, label) })
  return new Handlers(folder)
}

class Handlers implements MemoryHandlers {
  readonly #folder: MemoryFolder
  /** The version of each file that the model has seen last, by path. */
  readonly #seen = new Map<string, number>()

  constructor(folder: MemoryFolder) {
    this.#folder = folder
  }

  async view({ path, view_range: range }: Parameters<MemoryHandlers['view']>[0]): Promise<string> {
    const names = namesOf(path)
    const file = names.length > 0 ? await this.#folder.read(names) : undefined
    if (file) {
      this.#saw(file)
      return `Here's the content of ${path} with line numbers:\n${linesText(path, file.text, range)}`
    }
    const files = await this.#folder.list(names)
    if (files.length === 0 && names.length > 0) throw absent(path)
    return directoryText(names, files)
  }

  async create({ path, file_text: text }: Parameters<MemoryHandlers['create']>[0]): Promise<string> {
    const names = fileNames(path)
    requireText(path, 'file_text', text)
    const known = await this.#folder.read(names)
    if (known) throw this.#refusal(`File ${path} already exists.`, known)
    await this.#folder.makeRoom(names, 1)
    this.#saw(await this.#folder.write(names, text, 0))
    return `File created successfully at: ${path}`
  }

  async str_replace(command: Parameters<MemoryHandlers['str_replace']>[0]): Promise<string> {
    const { path, old_str: from, new_str: to = '' } = command
    requireText(path, 'old_str', from)
    requireText(path, 'new_str', to)
    const file = await this.#file(path)
    const at = from === '' ? -1 : file.text.indexOf(from)
    if (at < 0) {
      const missing = `No replacement was performed, old_str \`${from}\` did not appear verbatim in ${path}.`
      throw this.#isNews(file) ? this.#refusal(missing, file) : new MemoryFileError(path, missing)
    }
    const line = (place: number): number => file.text.slice(0, place).split('\n').length
    const next = file.text.indexOf(from, at + 1)
    if (next >= 0) {
      const twice = `Multiple occurrences of old_str \`${from}\` in lines: ${line(at)}, ${line(next)}.`
      throw new MemoryFileError(path, `No replacement was performed. ${twice} Please ensure it is unique`)
    }
    const text = file.text.slice(0, at) + to + file.text.slice(at + from.length)
    await this.#write(file, text)
    const changed = linesText(path, text, [Math.max(1, line(at) - 2), line(at) + 2 + to.split('\n').length - 1])
    return `The memory file has been edited. Here is the snippet showing the change (with line numbers):\n${changed}`
  }

  async insert(command: Parameters<MemoryHandlers['insert']>[0]): Promise<string> {
    const { path, insert_line: line, insert_text: added } = command
    requireText(path, 'insert_text', added)
    const file = await this.#file(path)
    // A number of a line means the text that the model has seen.
    if (this.#isNews(file)) throw this.#refusal(`${path} was changed by somebody else since you viewed it.`, file)
    const lines = file.text.split('\n')
    if (!Number.isInteger(line) || line < 0 || line > lines.length) {
      const range = `It should be within the range of lines of the file: [0, ${lines.length}]`
      throw new MemoryFileError(path, `Invalid \`insert_line\` parameter: ${line}. ${range}`)
    }
    await this.#write(file, lines.toSpliced(line, 0, added.replace(/\n$/, '')).join('\n'))
    return `The file ${path} has been edited.`
  }

  async delete({ path }: Parameters<MemoryHandlers['delete']>[0]): Promise<string> {
    const files = await this.#tree(path)
    for (const file of files) {
      await this.#folder.delete(file)
      this.#seen.delete(pathOf(file.names))
    }
    return `Successfully deleted ${path}`
  }

  async rename(command: Parameters<MemoryHandlers['rename']>[0]): Promise<string> {
    const { old_path: from, new_path: to } = command
    const [old, names] = [fileNames(from), fileNames(to)]
    const files = await this.#tree(from)
    if (pathOf(names).startsWith(`${pathOf(old)}/`)) throw new MemoryFileError(to, `${to} is within ${from}.`)
    if (await this.#folder.read(names)) throw new MemoryFileError(to, `The destination ${to} already exists`)
    await this.#folder.makeRoom(names, 0)
    for (const file of files) {
      const moved = await this.#folder.write([...names, ...file.names.slice(old.length)], file.text, 0)
      try {
        await this.#folder.delete(file)
      } catch (error) {
        // What was written to the old path meanwhile stays there alone.
        await this.#folder.delete(moved)
        throw error
      }
      this.#seen.delete(pathOf(file.names))
      this.#saw(moved)
    }
    return `Successfully renamed ${from} to ${to}`
  }

  async #file(path: string): Promise<MemoryFile> {
    const names = fileNames(path)
    const file = await this.#folder.read(names)
    if (file) return file
    throw (await this.#folder.list(names)).length > 0
      ? new MemoryFileError(path, `The path ${path} is not a file.`)
      : absent(path)
  }

  /** A file, or all files of a folder, none of which is news for the model. */
  async #tree(path: string): Promise<readonly MemoryFile[]> {
    const names = fileNames(path)
    const file = await this.#folder.read(names)
    const files = file ? [file] : await this.#folder.list(names)
    if (files.length === 0) throw new MemoryFileError(path, `The path ${path} does not exist`)
    const changed = files.find((each) => this.#isNews(each))
    if (changed) throw this.#refusal(`${pathOf(changed.names)} was changed by somebody else.`, changed)
    return files
  }

  async #write(file: MemoryFile, text: string): Promise<void> {
    this.#saw(await this.#folder.write(file.names, text, file.version))
  }

  #saw({ names, version }: MemoryFile): void {
    this.#seen.set(pathOf(names), version)
  }

  #isNews({ names, version }: MemoryFile): boolean {
    const seen = this.#seen.get(pathOf(names))
    return seen !== undefined && seen !== version
  }

  /** An error with the present text, which the model has seen by it. */
  #refusal(message: string, file: MemoryFile): MemoryFileError {
    this.#saw(file)
    return new MemoryFileError(pathOf(file.names), message, file.text)
  }
}

/** @throws MemoryFileError for the folder `/memories` itself. */
function fileNames(path: string): readonly string[] {
  const names = namesOf(path)
  if (names.length === 0) throw new MemoryFileError(path, 'This is not possible for the /memories directory itself')
  return names
}

/** A model may send anything. */
function requireText(path: string, name: string, value: unknown): asserts value is string {
  if (typeof value === 'string' && value.isWellFormed()) return
  throw new MemoryFileError(path, `\`${name}\` must be well-formed text.`)
}

function absent(path: string): MemoryFileError {
  return new MemoryFileError(path, `The path ${path} does not exist. Please provide a valid path.`)
}

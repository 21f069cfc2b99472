// As a whole: a Node.js that lacks `glob` must get as far as the sentence that says what to do.
import * as fs from 'node:fs/promises'
import { join } from 'node:path'

import { InputError } from '../open/input-error.ts'
import { standardInput } from './read-bytes.ts'

/** What a folder may hold besides documents. */
const skippedFolders = new Set(['node_modules', '__pycache__', 'vendor', 'dist', 'build', 'target'])
/** Endings of files that hold no text, which a folder may hold beside documents. */
const notText =
  /\.(?:png|jpe?g|gif|webp|ico|bmp|tiff?|svg|mp[34]|m4[av]|wav|ogg|flac|mov|avi|mkv|webm|zip|gz|tgz|bz2|xz|7z|rar|tar|jar|exe|dll|so|dylib|o|a|class|pyc|wasm|db|sqlite3?|db-wal|db-shm|woff2?|ttf|otf|eot|bin|dat|iso|lock|map)$/i

/** Files that were found, and what is wrong with those that were not. */
export interface FoundFiles {
  readonly files: readonly string[]
  readonly problems: readonly InputError[]
}

/**
 * Finds the files that some paths name: a folder names all in it and below, without hidden ones and those that are no
 * text; a pattern such as `docs/**\/*.md` what it matches; `-` standard input. Sorted within each path.
 */
export async function findFiles(paths: readonly string[]): Promise<FoundFiles> {
  const files: string[] = []
  const problems: InputError[] = []
  for (const path of paths) {
    const found = await filesOf(path)
    if (found.length > 0) for (const file of found) files.push(file)
    else if (/\s/.test(path) && /[?？؟]$/.test(path))
      problems.push(new InputError(path, 'matches no file. If it is a question, pass it with --question.'))
    else if (isPattern(path))
      problems.push(new InputError(path, 'matches no file. Check the pattern and the current folder.'))
    else problems.push(new InputError(path, 'is a folder without text files. Name another one.'))
  }
  return { files: [...new Set(files)], problems }
}

async function filesOf(path: string): Promise<string[]> {
  if (path === standardInput) return [path]
  // Why it can't be looked at is said where it is read.
  const found = await fs.stat(path).catch(() => undefined)
  if (found?.isDirectory()) return within(path)
  // What does not exist and is no pattern is reported where it is read.
  if (found || !isPattern(path)) return [path]
  const matches: string[] = []
  for await (const match of fs.glob(path)) {
    // It may be gone by now.
    const file = await fs.stat(match).catch(() => undefined)
    if (file?.isFile() === true) matches.push(match)
  }
  return matches.toSorted()
}

async function within(folder: string): Promise<string[]> {
  const entries = await fs.readdir(folder, { withFileTypes: true })
  const visible = entries.filter(({ name }) => !name.startsWith('.')).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const nested = visible.map(async (entry): Promise<readonly string[]> => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return skippedFolders.has(entry.name) ? [] : within(path)
    return entry.isFile() && !notText.test(entry.name) ? [path] : []
  })
  return (await Promise.all(nested)).flat()
}

function isPattern(path: string): boolean {
  return /[*?[\]{}]/.test(path)
}

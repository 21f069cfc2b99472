import { MemoryFileError } from './memory-file-error.ts'

const root = '/memories'
/** UTF-16 units of a path, so that its fact's key is within what the memory accepts. */
const maxLength = 500
const maxDepth = 16

/**
 * The names of a path below `/memories`, in composed form; none for the folder itself.
 *
 * Paths lead to no file system. Still, whatever would leave a folder somewhere is refused, because others may hand on
 * the same paths, decoded.
 *
 * @throws MemoryFileError
 */
export function namesOf(path: unknown): readonly string[] {
  if (typeof path !== 'string') throw new MemoryFileError('', `Path must be a string that starts with ${root}.`)
  if (path !== root && !path.startsWith(`${root}/`)) {
    throw new MemoryFileError(path, `Path must start with ${root}, got: ${path}`)
  }
  if (path.length > maxLength) throw new MemoryFileError(path, `Path is longer than ${maxLength} characters.`)
  const names = path.normalize('NFC').slice(root.length).replace(/\/$/, '').split('/').slice(1)
  if (names.length > maxDepth) throw new MemoryFileError(path, `Path ${path} has more than ${maxDepth} levels.`)
  for (const name of names)
    if (!isName(name)) throw new MemoryFileError(path, `Path ${path} has a name that is not allowed.`)
  return names
}

/** The path with these names. */
export function pathOf(names: readonly string[]): string {
  return [root, ...names].join('/')
}

function isName(name: string): boolean {
  const decoded = decode(name)
  return [name, decoded].every((each) => /^[^/\\\p{Cc}\p{Cf}\p{Cs}]+$/u.test(each) && !/^\.{1,2}$/.test(each.trim()))
}

/** A name as a reader sees it who decodes too often; what can't be decoded stands for itself. */
function decode(name: string): string {
  try {
    const decoded = decodeURIComponent(name)
    return decoded === name ? name : decode(decoded)
  } catch {
    return name
  }
}

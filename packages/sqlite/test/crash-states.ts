import type { Announcement } from './announcements.ts'
import type { Deed } from './recorded-run.ts'

/**
 * What becomes of the writes that no sync had secured when the power goes: all
 * are lost; all are kept; each may be either, whatever their order; and some,
 * beside, stop at the edge of a sector or leave a mixture of old and new ones.
 */
export type Fate = 'lost' | 'kept' | 'kept in part' | 'torn'

/** What a folder holds when the power comes back, and what had been said before it went. */
export interface CrashState {
  readonly files: ReadonlyMap<string, Buffer>
  readonly announcements: readonly Announcement[]
}

/**
 * Cuts the power again and again in the course of a recorded run, whenever
 * something is at risk; no two states are alike but by chance.
 *
 * @param every - Of so many moments one is taken, beside those at which the folder or the size of a file changes.
 * @param random - Numbers from 0 up to 1.
 * @param before - The files that were on the disk before the run.
 */
export function* crashStates(
  deeds: readonly Deed[],
  fate: Fate,
  every: number,
  random: () => number,
  before: ReadonlyMap<string, Buffer> = new Map(),
): Generator<CrashState> {
  const disk = new ForgetfulDisk(before)
  const announcements: Announcement[] = []
  let moments = Math.floor(random() * every)
  let isNew = true
  for (const deed of deeds) {
    if (deed.type === 'say') announcements.push(JSON.parse(deed.text) as Announcement)
    else disk.do(deed)
    // Where all is lost that no sync secured, a write makes no difference.
    isNew ||= fate !== 'lost' || deed.type !== 'write'
    if (!isNew || !disk.isAtRisk) continue
    moments += 1
    const isSpecial = ['create', 'link', 'remove', 'resize'].includes(deed.type)
    if (!isSpecial && moments % every > 0) continue
    yield { files: disk.filesAfter(fate, random), announcements }
    isNew = false
  }
}

const sectorSize = 512

type Change = Extract<Deed, { type: 'write' | 'resize' }>

/** A file: what is on the disk for good, and what was done to it since. */
interface Inode {
  content: Buffer
  unsynced: Change[]
}

/** The files of one folder: what is there for good, and what a power cut may take away. */
export class ForgetfulDisk {
  /** The folder as its last sync left it, what was done to it since (file systems keep that in order), and as it seems. */
  readonly #secured = new Map<string, Inode>()
  #unsynced: ((folder: Map<string, Inode>) => void)[] = []
  readonly #folder = new Map<string, Inode>()

  /** @param before - The files that are there for good. */
  constructor(before: ReadonlyMap<string, Buffer> = new Map()) {
    for (const [name, content] of before) {
      const inode = { content, unsynced: [] }
      this.#secured.set(name, inode)
      this.#folder.set(name, inode)
    }
  }

  do(deed: Deed): void {
    switch (deed.type) {
      case 'create': {
        if (this.#folder.has(deed.file)) return
        const inode = { content: Buffer.alloc(0), unsynced: [] }
        this.#change((folder) => folder.set(deed.file, inode))
        return
      }
      case 'link': {
        const inode = this.#inode(deed.file)
        this.#change((folder) => folder.set(deed.to, inode))
        return
      }
      case 'remove':
        this.#change((folder) => folder.delete(deed.file))
        return
      case 'write':
      case 'resize':
        this.#inode(deed.file).unsynced.push(deed)
        return
      case 'sync': {
        const inode = this.#inode(deed.file)
        inode.content = changed(inode.content, inode.unsynced)
        inode.unsynced = []
        return
      }
      case 'sync folder':
        for (const change of this.#unsynced) change(this.#secured)
        this.#unsynced = []
        return
      case 'say':
    }
  }

  /** Whether there is anything that could be lost. */
  get isAtRisk(): boolean {
    return this.#unsynced.length > 0 || [...this.#folder.values()].some(({ unsynced }) => unsynced.length > 0)
  }

  /** @param random - Numbers from 0 up to 1. */
  filesAfter(fate: Fate, random: () => number): Map<string, Buffer> {
    const kept = fate === 'lost' ? 0 : fate === 'kept' ? 1 : random()
    const folder = new Map(this.#secured)
    for (const change of this.#unsynced.slice(0, Math.round(kept * this.#unsynced.length))) change(folder)
    return new Map(
      Array.from(folder, ([name, { content, unsynced }]) => [
        name,
        changed(
          content,
          unsynced.flatMap((change) => remains(change, fate, kept, random)),
        ),
      ]),
    )
  }

  #change(change: (folder: Map<string, Inode>) => void): void {
    change(this.#folder)
    this.#unsynced.push(change)
  }

  #inode(file: string): Inode {
    const inode = this.#folder.get(file)
    if (!inode) throw new Error(`${file} was never created.`)
    return inode
  }
}

/** @param kept - The part that is kept, from 0 to 1. */
function remains(change: Change, fate: Fate, kept: number, random: () => number): readonly Change[] {
  if (fate === 'lost') return []
  if (fate === 'kept') return [change]
  if (change.type === 'write' && fate === 'torn' && random() < 0.5) {
    const sectors = sectorsOf(change)
    return random() < 0.5 ? sectors.slice(0, random() * sectors.length) : sectors.filter(() => random() < kept)
  }
  return random() < kept ? [change] : []
}

function sectorsOf({ type, file, offset, bytes }: Extract<Deed, { type: 'write' }>): Change[] {
  const sectors: Change[] = []
  for (let from = 0; from < bytes.length;) {
    const to = from + sectorSize - ((offset + from) % sectorSize)
    sectors.push({ type, file, offset: offset + from, bytes: bytes.subarray(from, to) })
    from = to
  }
  return sectors
}

/** The content after some changes, as a buffer of its own. What was never written reads as zeros. */
function changed(content: Buffer, changes: readonly Change[]): Buffer {
  const ends = changes.map((change) => (change.type === 'resize' ? change.size : change.offset + change.bytes.length))
  const next = Buffer.alloc(Math.max(content.length, ...ends))
  content.copy(next)
  let size = content.length
  for (const [index, change] of changes.entries()) {
    const end = ends[index] ?? 0
    if (change.type === 'write') {
      change.bytes.copy(next, change.offset)
      size = Math.max(size, end)
    } else {
      // What is cut off does not come back when the file grows again.
      next.fill(0, end)
      size = end
    }
  }
  return next.subarray(0, size)
}

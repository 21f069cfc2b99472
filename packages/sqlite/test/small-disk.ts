import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const pageSize = 4_096

/** A disk of a few megabytes, of which as little is free as a test likes. */
export class SmallDisk implements Disposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'skein-disk-'))

  /** @throws an Error for who may not mount. */
  constructor(megabytes: number) {
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', this.folder], { stdio: 'ignore' })
    } catch (error) {
      rmdirSync(this.folder)
      throw error
    }
  }

  /** Fills the disk until so many pages of 4 KB are left. */
  leave(pages: number): void {
    this.free()
    const { bavail, bsize } = statfsSync(this.folder)
    writeFileSync(this.#ballast, Buffer.alloc(bavail * bsize - pages * pageSize))
  }

  free(): void {
    rmSync(this.#ballast, { force: true })
  }

  get #ballast(): string {
    return join(this.folder, 'ballast')
  }

  [Symbol.dispose](): void {
    // Lazily: a test that failed may have left files open.
    execFileSync('umount', ['-l', this.folder])
    rmdirSync(this.folder)
  }
}

export function canMount(): boolean {
  if (process.getuid?.() !== 0) return false
  try {
    new SmallDisk(1)[Symbol.dispose]()
    return true
  } catch {
    return false
  }
}

/** Free places among the hashes hold this. */
const free = 0
const fewest = 1_024

/**
 * A set of terms that keeps 4 bytes of each: it may take a term for one of its own that is none, and never the reverse.
 * Of a million that are asked for, one or two are taken so in a set of four million.
 */
export class TermHashes {
  #hashes = new Uint32Array(fewest)
  #size = 0

  /** How many different terms it holds. */
  get size(): number {
    return this.#size
  }

  add(hash: number): void {
    // With more than half of the places taken, most searches for a term would look at several.
    if (2 * this.#size >= this.#hashes.length) this.#grow()
    if (put(this.#hashes, hash)) this.#size += 1
  }

  has(hash: number): boolean {
    const hashes = this.#hashes
    const last = hashes.length - 1
    for (let at = hash & last; ; at = (at + 1) & last) {
      if (hashes[at] === hash) return true
      if (hashes[at] === free) return false
    }
  }

  #grow(): void {
    const larger = new Uint32Array(2 * this.#hashes.length)
    for (const hash of this.#hashes) if (hash !== free) put(larger, hash)
    this.#hashes = larger
  }
}

/** Returns whether a hash was not there before. */
function put(hashes: Uint32Array, hash: number): boolean {
  const last = hashes.length - 1
  for (let at = hash & last; ; at = (at + 1) & last) {
    if (hashes[at] === hash) return false
    if (hashes[at] !== free) continue
    hashes[at] = hash
    return true
  }
}

// FNV-1a by Fowler, Noll and Vo, whose low bits are mixed as in MurmurHash3 by Austin Appleby (both public domain).
const basis = 0x811c9dc5
const prime = 0x01000193

/** The hash of a term that stands somewhere as UTF-8. */
export function hashOfBytes(bytes: Uint8Array, from: number, to: number): number {
  let hash = basis
  for (let at = from; at < to; at += 1) hash = Math.imul(hash ^ (bytes[at] ?? 0), prime)
  return mixed(hash)
}

/** The hash of a term, the same as that of its UTF-8. */
export function hashOf(term: string): number {
  let hash = basis
  for (let at = 0; at < term.length; at += 1) {
    const code = term.charCodeAt(at)
    if (code > 127) {
      const bytes = Buffer.from(term)
      return hashOfBytes(bytes, 0, bytes.length)
    }
    hash = Math.imul(hash ^ code, prime)
  }
  return mixed(hash)
}

function mixed(hash: number): number {
  let bits = hash
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  bits = (bits ^ (bits >>> 16)) >>> 0
  return bits === free ? 1 : bits
}

import type { KeyRing } from '../sealing/key-ring.ts'
import { levelIndex } from '../values/access.ts'
import type { Level } from '../values/access.ts'
import { MissingKeyError } from '../values/errors.ts'
import { isSealed } from '../values/sealed-text.ts'
import type { BusLink, BusPosition } from './bus.ts'
import type { Checkpoint } from './checkpoint.ts'
import { unpackEnvelope } from './message.ts'
import type { Envelope } from './message.ts'

const messagesAtOnce = 100

/**
 * What this node knows of how the federation seals. Each message of a node with a key says from which level that node
 * seals. From the first such message on, nothing of that level may be on the bus in plain text; what is there from before
 * stays valid.
 */
export class BusSealing {
  readonly #ring: KeyRing
  readonly #checkpoint: Checkpoint
  /** What messages say that this node has looked at and not merged yet. */
  #ahead: Level | undefined
  #lookedAt: BusPosition | undefined

  constructor(ring: KeyRing, checkpoint: Checkpoint) {
    this.#ring = ring
    this.#checkpoint = checkpoint
  }

  /** Whether this node has looked at the bus since its memory was opened. */
  hasLooked = false

  get hasKey(): boolean {
    return this.#ring.share.current !== undefined
  }

  /** The lowest level that this node seals, or must seal, on the bus; `undefined` if there is none. */
  get from(): Level | undefined {
    const own = this.hasKey ? this.#ring.share.from : undefined
    return lower(lower(own, this.#checkpoint.sealedFrom), this.#ahead)
  }

  /** Whether content of this sensitivity must not be published in plain text: because of other nodes, or of the own store. */
  mustSeal(level: Level): boolean {
    return isFrom(this.from, level) || !this.#mayWrite(level)
  }

  /** Whether this node can't publish all that it holds. */
  get withholds(): boolean {
    return !this.hasKey && this.mustSeal('confidential')
  }

  /** Takes note of a message that is about to be merged, in the order of the bus. */
  note(envelope: Envelope): void {
    this.#checkpoint.sealedFrom = lower(this.#checkpoint.sealedFrom, sealedFrom(envelope))
  }

  /** Whether content came in plain text although the federation had begun to seal its level. Of use to nodes with a key. */
  isUnsealed({ body }: Envelope, level: Level): boolean {
    return this.hasKey && !isSealed(body) && isFrom(this.#checkpoint.sealedFrom, level)
  }

  /**
   * Reads what is on the bus, without merging it, to learn whether others seal.
   *
   * @returns the position after the newest message.
   */
  async lookAhead(link: BusLink): Promise<BusPosition> {
    for (;;) {
      const page = await link.read(this.#lookedAt ?? this.#checkpoint.bus, messagesAtOnce)
      for (const { text } of page.messages) this.#ahead = lower(this.#ahead, sealedFromText(text))
      const position = page.messages.at(-1)?.position
      if (position === undefined) {
        this.hasLooked = true
        return page.last
      }
      this.#lookedAt = position
    }
  }

  #mayWrite(level: Level): boolean {
    try {
      this.#ring.assertMayWrite(level)
      return true
    } catch (error) {
      if (error instanceof MissingKeyError) return false
      throw error
    }
  }
}

/** The level from which the sender seals; nodes of earlier versions don't say it. */
function sealedFrom({ seals, body }: Envelope): Level | undefined {
  return seals ?? (isSealed(body) ? 'internal' : undefined)
}

function sealedFromText(text: string): Level | undefined {
  try {
    return sealedFrom(unpackEnvelope(text))
  } catch {
    // Whoever merges it says what is wrong with it.
    return undefined
  }
}

function isFrom(from: Level | undefined, level: Level): boolean {
  return from !== undefined && levelIndex(level) >= levelIndex(from)
}

function lower(one: Level | undefined, other: Level | undefined): Level | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return levelIndex(one) < levelIndex(other) ? one : other
}

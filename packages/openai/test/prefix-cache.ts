import { createHash } from 'node:crypto'

import { encode } from 'gpt-tokenizer/encoding/o200k_base'

import { contentOf } from './server-answers.ts'
import type { WireRequest } from './server-answers.ts'

/** Shorter prefixes are not kept; longer ones up to a multiple of the block. In tokens. */
const shortest = 1_024
const block = 128

/** The tokens of a text. */
export const tokensOf = (text: string): number => encode(text).length

/** What a cache had of one request, in tokens. */
export interface CacheRead {
  readonly input: number
  readonly cached: number
  /** Keeps the prompt: when its answer begins, not before. */
  readonly keep: () => void
}

/**
 * The prompt cache of a provider: it knows prompts by what they begin with, in blocks of tokens. Requests with
 * different keys are served by different machines.
 */
export class PrefixCache {
  readonly reads: CacheRead[] = []
  readonly #kept = new Set<string>()

  read(body: object): CacheRead {
    const { prompt_cache_key: machine = '' } = body as { readonly prompt_cache_key?: string }
    const tokens = encode(rendered(body as WireRequest))
    const prefixes: { readonly length: number; readonly name: string }[] = []
    const hash = createHash('sha256').update(machine)
    for (let length = block; length <= tokens.length; length += block) {
      hash.update(tokens.slice(length - block, length).join(' '))
      if (length >= shortest) prefixes.push({ length, name: hash.copy().digest('base64') })
    }
    const cached = prefixes.findLast(({ name }) => this.#kept.has(name))?.length ?? 0
    const keep = (): void => {
      for (const { name } of prefixes) this.#kept.add(name)
    }
    const read = { input: tokens.length, cached, keep }
    this.reads.push(read)
    return read
  }

  /** The sum of all reads, in tokens. */
  get total(): { readonly input: number; readonly cached: number } {
    const sum = (of: (read: CacheRead) => number): number => this.reads.reduce((total, read) => total + of(read), 0)
    return { input: sum(({ input }) => input), cached: sum(({ cached }) => cached) }
  }
}

/** A request as a model reads it: tools and the form of the answer, then the messages. */
function rendered({ tools, response_format: format, messages }: WireRequest): string {
  const turns = messages.map(({ role, content }) => `<${role}>\n${contentOf(content)}\n`)
  return [JSON.stringify([tools ?? null, format ?? null]), ...turns].join('\n')
}

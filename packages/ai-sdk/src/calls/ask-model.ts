import { ModelCallError } from '@skein/core'
import type { Exchange } from '@skein/core/executor'

import { fieldsOf, textOf } from './fields.ts'
import type { Fields } from './fields.ts'
import type { ContentPart, GivenAnswer, GivenCall, LanguageCalls, StreamPart } from './language-model.ts'
import { untilAborted } from './until-aborted.ts'

/** Asks for a whole answer. @throws what the model throws; ModelCallError when the answer is not complete. */
export async function askWhole(model: LanguageCalls, call: GivenCall, exchange: Exchange): Promise<GivenAnswer> {
  const asked = Promise.resolve(model.doGenerate({ ...call, abortSignal: exchange.signal }))
  const answer = await untilAborted(asked, exchange.signal)
  exchange.arrive(answer.content.map((part) => textOf(part['text'])).join(''))
  requireEnd(answer.finishReason, exchange)
  return answer
}

/**
 * Asks for an answer in pieces, and puts them together.
 *
 * @param onPart - Called with each part as it arrives. What a model announces before its answer comes with the first
 * piece of it: until then, another attempt may take its place.
 * @throws what the model throws or puts into the stream; ModelCallError when the answer broke off.
 */
export async function askInPieces(
  model: LanguageCalls,
  call: GivenCall,
  exchange: Exchange,
  onPart: (part: StreamPart) => void,
): Promise<GivenAnswer> {
  const opened = Promise.resolve(model.doStream({ ...call, abortSignal: exchange.signal }))
  const { stream } = await untilAborted(opened, exchange.signal)
  const reader = stream.getReader()
  const answer = new StreamedAnswer()
  const announced: StreamPart[] = []
  try {
    for (;;) {
      const { done, value: part } = await untilAborted(reader.read(), exchange.signal)
      if (done) break
      if (part.type === 'error') throw part['error']
      answer.add(part)
      if (announcements.has(part.type)) announced.push(part)
      else {
        exchange.arrive(textOf(part['delta']))
        for (const one of announced.splice(0)) onPart(one)
        onPart(part)
      }
      // By the SDK's contract nothing follows.
      if (part.type === 'finish') break
    }
  } finally {
    // Nobody reads the rest, or there is none.
    reader.cancel().catch(() => {})
  }
  requireEnd(answer.end?.['finishReason'], exchange)
  return answer.whole()
}

const announcements: ReadonlySet<string> = new Set(['ping', 'raw', 'response-metadata', 'stream-start'])

/** An answer is complete only when it says so. @throws ModelCallError */
function requireEnd(reason: unknown, { model }: Exchange): void {
  const { unified, raw } = typeof reason === 'string' ? { unified: reason, raw: reason } : fieldsOf(reason)
  const isSaid = !unfinished.has(textOf(unified)) && (unified !== 'other' || !nothing.has(raw))
  if (!isSaid) throw new ModelCallError('SKEIN_MODEL_CUT', model)
}

/** Reasons that are none. */
const nothing: ReadonlySet<unknown> = new Set([undefined, null, '', 'null'])
/** `unknown` is what providers of version 2 say for nothing. */
const unfinished: ReadonlySet<string> = new Set(['', 'error', 'interrupted', 'unknown'])

/** The parts of an answer as they arrive, in the order in which they began. */
class StreamedAnswer {
  readonly #content: Record<string, unknown>[] = []
  readonly #open = new Map<string, Record<string, unknown>>()
  #warnings: readonly unknown[] = []
  #response: Readonly<Record<string, unknown>> | undefined
  /** The part that ends the stream. */
  end: StreamPart | undefined

  add(part: StreamPart): void {
    const [kind = '', step = ''] = /^(text|reasoning)-(start|delta|end)$/.exec(part.type)?.slice(1) ?? []
    if (step !== '') this.#addPiece(kind, step, part)
    else if (part.type === 'stream-start') this.#warnings = part['warnings'] as readonly unknown[]
    else if (part.type === 'response-metadata') {
      const { type: _, ...response } = part
      this.#response = response
    } else if (part.type === 'finish') this.end = part
    // The call itself follows its input.
    else if (!/^tool-input-|^(?:ping|raw)$/.test(part.type)) this.#content.push({ ...part })
  }

  #addPiece(kind: string, step: string, part: StreamPart): void {
    const { type: _, id, delta, ...details } = part
    const key = `${kind}/${String(id)}`
    let open = this.#open.get(key)
    if (!open || step === 'start') {
      open = { type: kind, text: '' }
      this.#content.push(open)
      this.#open.set(key, open)
    }
    // What comes last counts: signatures of thoughts come with the end.
    Object.assign(open, details, { text: textOf(open['text']) + textOf(delta) })
  }

  whole(): GivenAnswer {
    const { finishReason, usage, providerMetadata }: Fields = this.end ?? {}
    return {
      content: this.#content as ContentPart[],
      finishReason,
      usage,
      warnings: this.#warnings,
      ...(providerMetadata !== undefined && { providerMetadata: fieldsOf(providerMetadata) }),
      ...(this.#response && { response: this.#response }),
    }
  }
}

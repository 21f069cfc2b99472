import type { ModelCallCode } from '../models/model-errors.ts'

/** What tells why a server refused or failed, as far as it says so. */
export interface FailureSigns {
  /** The HTTP status, or the one that the error states; `undefined` for an error within an answer. */
  readonly status: number | undefined
  /** The server's own codes; `''` where it has none. */
  readonly words: { readonly code: string; readonly type: string }
  /** The server's explanation, its codes included, in lower case. It may quote the prompt: never show it. */
  readonly said: string
  /** Whether that is JSON, as errors of APIs are. */
  readonly isJson: boolean
  /** Whether it is a page for people. */
  readonly isPage: boolean
}

/** Classifies a server's failure: by status and code, or by the words of its message if they say nothing. */
export function failureCode(failure: FailureSigns): ModelCallCode {
  const { status, words } = failure
  // A server that failed by itself may quote the request: then its words prove nothing.
  const said = status !== undefined && status >= 500 ? '' : failure.said
  const named = `${words.code} ${words.type}`
  if (status === 402 || /insufficient_quota|billing/.test(named) || says(said, noCredit)) return 'SKEIN_MODEL_QUOTA'
  if (/content_filter|content_policy|responsibleai/i.test(named)) return 'SKEIN_MODEL_REFUSED'
  if (isTooLong(failure)) return 'SKEIN_MODEL_CONTEXT'
  if (status === 401 || status === 403 || says(said, badKey)) return 'SKEIN_MODEL_AUTH'
  if (status === 429 || /rate_limit|resource_exhausted/i.test(named)) return 'SKEIN_MODEL_RATE_LIMITED'
  // A gateway that gave up waiting: the model may be at work all the same.
  if (status !== undefined && gatewayTimeouts.has(status)) return 'SKEIN_MODEL_TIMEOUT'
  if (status !== undefined && status >= 500) return 'SKEIN_MODEL_SERVER'
  if (status === 408 || status === 409) return 'SKEIN_MODEL_SERVER'
  if (isElsewhere(failure)) return 'SKEIN_MODEL_ADDRESS'
  if (status !== undefined) return 'SKEIN_MODEL_REQUEST'
  // An error in place of an answer, or within one: there is no status.
  return /invalid_request|not_found/.test(named) ? 'SKEIN_MODEL_REQUEST' : 'SKEIN_MODEL_SERVER'
}

const gatewayTimeouts: ReadonlySet<number> = new Set([504, 522, 524, 598])

function isTooLong({ status, words, said }: FailureSigns): boolean {
  if (/context_(?:length|size|window)|string_above_max_length|request_too_large/.test(`${words.code} ${words.type}`)) {
    return true
  }
  if (status === 413) return true
  if (status === 500) return says(said, tooLongForLlama)
  if (status !== undefined && (status > 500 || (status > 400 && status < 405))) return false
  // `Request too large` on tokens per minute: no waiting makes it smaller.
  if (status === 429) return said.includes('request too large')
  return says(said, tooLong)
}

/** Whether what answered is not this API: a page, another path, a redirect. */
function isElsewhere({ status = 200, said, isJson, isPage }: FailureSigns): boolean {
  if ((status >= 300 && status < 400) || status === 405 || isPage || says(said, noSuchPath)) return true
  // An unknown model is a 404, too, which says so.
  return status === 404 && !(isJson && /model|deployment|engine/.test(said))
}

function says(said: string, phrases: readonly string[]): boolean {
  return phrases.some((phrase) => said.includes(phrase))
}

/** How servers say that prompt and answer do not fit. */
const tooLong = [
  // OpenAI, Azure, vLLM, DeepSeek, OpenRouter, Together
  'maximum context length',
  'context window',
  'maximum model length',
  'max_tokens is too large',
  'is too long for requested model',
  'reduce the length of the',
  // llama.cpp, Ollama, LM Studio
  'context size',
  'context length',
  'exceed_context_size',
  'physical batch size',
  'when context the overflows',
  'greater than the context',
  'n_ctx',
  // Mistral
  'too large for model',
  // Anthropic
  'prompt is too long',
  'exceed context limit',
  // Gemini
  'input token count',
  'maximum number of tokens allowed',
  // xAI, Moonshot, GitHub, MiniMax, SiliconFlow, Qwen
  'maximum prompt length',
  'model token limit',
  'prompt token count',
  'max_seq_len',
  'range of input length',
  // Text Generation Inference, Text Embeddings Inference, Cohere
  '`max_new_tokens` must be <=',
  'must have less than',
  'too many tokens',
]

/** llama.cpp calls that an error of its own. */
const tooLongForLlama = ['context size has been exceeded', 'available context size', 'physical batch size']

const noCredit = ['insufficient balance', 'insufficient_quota', 'credit balance is too low', 'insufficient credit']

const badKey = ['api key not valid', 'api_key_invalid', 'invalid api key', 'incorrect api key']

const noSuchPath = ['unexpected endpoint', 'unknown endpoint', 'no route matched', 'invalid url (post']

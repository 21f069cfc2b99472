import type { FinishReason } from '@skein/core/executor'

const byReason: Readonly<Record<FinishReason | 'failed', string>> = {
  stop: 'stop end_turn stop_sequence eos eos_token stop_token end completed',
  length: 'length max_tokens max_output_tokens model_length',
  'tool-calls': 'tool_calls function_call tool_use',
  refused: 'content_filter refusal safety recitation blocklist prohibited_content spii language sensitive',
  other: '',
  failed: 'error abort aborted cancelled canceled interrupted insufficient_system_resource',
}

const known = new Map(
  Object.entries(byReason).flatMap(([reason, words]) =>
    words.split(' ').map((word) => [word, reason as FinishReason | 'failed'] as const),
  ),
)
known.delete('')

/**
 * Why an answer ended, in the words of many servers. `undefined` where the server does not say,
 * `failed` where it says that the answer is not complete.
 */
export function finishReasonOf(reason: unknown): FinishReason | 'failed' | undefined {
  if (typeof reason !== 'string' || reason === '' || reason === 'null') return undefined
  return known.get(reason.toLowerCase()) ?? 'other'
}

import { json, refuse } from './served.ts'
import type { Served } from './served.ts'

/** "Too long", as each provider says it. */
export const tooLong: Readonly<Record<string, Served>> = {
  OpenAI: refuse(
    400,
    "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
    { code: 'context_length_exceeded' },
  ),
  'OpenAI, newer': refuse(
    400,
    'Your input exceeds the context window of this model. Please adjust your input and try again.',
  ),
  Azure: refuse(400, "This model's maximum context length is 128000 tokens. However, you requested 130000 tokens."),
  vLLM: json(
    {
      object: 'error',
      message: 'The decoder prompt (length 5000) is longer than the maximum model length of 4096.',
      type: 'BadRequestError',
      code: 400,
    },
    400,
  ),
  'llama.cpp': json(
    {
      error: {
        code: 400,
        message: 'the request exceeds the available context size, try increasing it',
        type: 'exceed_context_size_error',
      },
    },
    400,
  ),
  Ollama: refuse(400, 'the input length exceeds the context length'),
  'LM Studio': json(
    {
      error:
        'Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens',
    },
    400,
  ),
  Mistral: json(
    {
      object: 'error',
      message: 'Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length',
      type: 'invalid_request_prompt',
      code: '3051',
    },
    400,
  ),
  Anthropic: json(
    {
      type: 'error',
      error: { type: 'invalid_request_error', message: 'prompt is too long: 210000 tokens > 200000 maximum' },
    },
    400,
  ),
  Gemini: json(
    [
      {
        error: {
          code: 400,
          message: 'The input token count (1100000) exceeds the maximum number of tokens allowed (1048576).',
          status: 'INVALID_ARGUMENT',
        },
      },
    ],
    400,
  ),
  DeepSeek: refuse(400, "This model's maximum context length is 65536 tokens. However, you requested 70000 tokens."),
  'Text Generation Inference': json(
    {
      error: 'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000 `inputs` tokens',
      error_type: 'validation',
    },
    422,
  ),
}

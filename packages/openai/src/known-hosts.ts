import { OptionError } from '@skein/memory'

/** Where OpenAI's API begins. */
export const openaiURL = 'https://api.openai.com/v1'

/** Whether a server is OpenAI's own, in any of its regions (`eu.api.openai.com`). */
export function isOpenAI({ hostname }: URL): boolean {
  return hostname === 'api.openai.com' || hostname.endsWith('.api.openai.com')
}

/** Whether OpenAI's models are served there, by OpenAI or by Azure: they have the same parameters and prices. */
export function servesOpenAI(url: URL): boolean {
  return isOpenAI(url) || azure.some((domain) => url.hostname.endsWith(domain))
}

const azure = [
  '.openai.azure.com',
  '.cognitiveservices.azure.com',
  '.services.ai.azure.com',
  '.openai.azure.us',
  '.openai.azure.cn',
]

/**
 * Whether a model has to be told up to where others send the same. From GPT-5.6 on, OpenAI keeps prompts up to their
 * last message and up to breakpoints, and does not look for what else two of them have in common.
 *
 * @see https://developers.openai.com/api/docs/guides/prompt-caching
 */
export function wantsBreakpoints(model: string): boolean {
  const [, major = '', minor = '0'] = /^gpt-(\d)(?:\.(\d+))?(?!\d)/.exec(model) ?? []
  return Number(major) > 5 || (Number(major) === 5 && Number(minor) >= 6)
}

/** The base URL in the environment, or OpenAI's. */
export function homeURL(): string {
  return process.env['OPENAI_BASE_URL']?.trim() || openaiURL
}

/** Whether the key in OPENAI_API_KEY is meant for a server: OpenAI's, or that of OPENAI_BASE_URL. */
export function isHome(url: URL): boolean {
  return isOpenAI(url) || URL.parse(homeURL())?.origin === url.origin
}

/**
 * Parses a base URL. It ends without a slash.
 *
 * @throws OptionError, which does not contain the address: it may hold credentials.
 */
export function parseBaseURL(option: string, given: unknown): URL {
  const url = typeof given === 'string' ? URL.parse(given.trim()) : null
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash) {
    const expected = 'an http:// or https:// URL without user name, password, query or fragment'
    throw new OptionError(option, expected, 'another')
  }
  if (isOpenAI(url) && url.protocol !== 'https:') {
    throw new OptionError(option, "an https:// URL, because others could read OpenAI's key in transit", 'http://')
  }
  while (url.pathname.endsWith('/') && url.pathname !== '/') url.pathname = url.pathname.slice(0, -1)
  return url
}

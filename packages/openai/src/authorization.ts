import { OptionError } from '@skein/memory'

import { isHome, isOpenAI } from './known-hosts.ts'

/** The variable with the key of OpenAI's servers, and of that in OPENAI_BASE_URL. */
const homeKeyName = 'OPENAI_API_KEY'

/** Where a server's key comes from: as given, or by the name of a variable in the environment. */
export interface KeySource {
  readonly apiKey?: string
  readonly apiKeyEnv?: string
}

/**
 * Checks where the key comes from. Without a source, servers that the key in the environment is
 * meant for get that, others none.
 *
 * @throws OptionError, which contains no key; a key may be given as a name by mistake.
 */
export function resolveKeySource(url: URL, { apiKey, apiKeyEnv }: KeySource): KeySource {
  if (apiKey !== undefined && apiKeyEnv !== undefined) throw new OptionError('apiKeyEnv', 'absent with `apiKey`', 'one')
  if (apiKeyEnv !== undefined) {
    const isName = typeof apiKeyEnv === 'string' && /^[A-Za-z_]\w{0,99}$/.test(apiKeyEnv)
    if (!isName || !keyIn(apiKeyEnv)) {
      throw new OptionError('apiKeyEnv', 'the name of a variable in the environment that holds a key', 'another text')
    }
    requireKey('apiKeyEnv', keyIn(apiKeyEnv))
    return { apiKeyEnv }
  }
  if (apiKey !== undefined && apiKey !== '') {
    requireKey('apiKey', apiKey)
    return { apiKey }
  }
  if (apiKey === undefined && isHome(url) && keyIn(homeKeyName)) {
    requireKey(homeKeyName, keyIn(homeKeyName))
    return { apiKeyEnv: homeKeyName }
  }
  if (isOpenAI(url)) throw new OptionError('apiKey', `set, or ${homeKeyName} in the environment`, undefined)
  return {}
}

/**
 * The headers that say who asks. Organization and project of the environment go where its key goes.
 *
 * @throws OptionError
 */
export function authorization(url: URL, { apiKey, apiKeyEnv }: KeySource): Record<string, string> {
  const key = apiKeyEnv === undefined ? apiKey : keyIn(apiKeyEnv)
  const [organization, project] = isHome(url) ? ['OPENAI_ORG_ID', 'OPENAI_PROJECT_ID'].map(headerIn) : []
  return {
    ...(key && { authorization: `Bearer ${key}` }),
    ...(organization && { 'openai-organization': organization }),
    ...(project && { 'openai-project': project }),
  }
}

/** A value of the environment; files and shells add white space to it. */
function keyIn(name: string): string | undefined {
  return process.env[name]?.trim() || undefined
}

/** A value of the environment that can be sent. */
function headerIn(name: string): string | undefined {
  const value = keyIn(name)
  if (value !== undefined) requireKey(name, value)
  return value
}

function requireKey(option: string, key: unknown): void {
  if (typeof key !== 'string' || !/^[\x21-\x7E]{1,4096}$/.test(key)) {
    throw new OptionError(option, 'a string of visible ASCII characters without spaces', 'another text')
  }
}

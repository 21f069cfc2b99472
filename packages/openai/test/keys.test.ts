import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'

import type { ModelCallError } from '@skein/core'
import { openaiModel } from '@skein/openai'
import type { OpenAIModelOptions } from '@skein/openai'
import { describe, expect, it, onTestFinished } from 'vitest'

import { startServer } from './open-shared.ts'
import { withEnvironment } from './with-environment.ts'

const key = 'sk-live-0123456789'
const ours = {
  OPENAI_API_KEY: key,
  OPENAI_ORG_ID: 'org-ours',
  OPENAI_PROJECT_ID: 'proj-ours',
  OPENAI_BASE_URL: undefined,
}
const request = { messages: [{ role: 'user', text: 'Hello.' }] } as const
const secrets = /sk-live|org-ours|proj-ours/

describe('the key in the environment', () => {
  it('goes to no other server, and neither do organization and project', async () => {
    withEnvironment(ours)
    const server = await startServer()
    const model = openaiModel({ model: 'm', baseURL: server.url })
    await model.chat(request)
    await model.chat(request, { onText: () => {} })
    await model.embed({ texts: ['a'] })
    await openaiModel({ model: 'm', baseURL: server.url, apiKey: 'theirs' }).chat(request)
    await openaiModel({ model: 'm', baseURL: server.url, apiKey: '' }).chat(request)
    expect(JSON.stringify(server.reached)).not.toMatch(secrets)
    const sent = server.reached.map(({ authorization }) => authorization)
    expect(sent).toEqual([undefined, undefined, undefined, 'Bearer theirs', undefined])
  })

  it('goes to the server of OPENAI_BASE_URL, with organization and project', async () => {
    const server = await startServer()
    withEnvironment({ ...ours, OPENAI_API_KEY: `${key}\n`, OPENAI_BASE_URL: `${server.url}/` })
    await openaiModel('m').chat(request)
    await openaiModel({ model: 'm', baseURL: server.url }).chat(request)
    for (const { headers } of server.reached) {
      const { authorization, 'openai-organization': organization, 'openai-project': project } = headers
      expect([authorization, organization, project]).toEqual([`Bearer ${key}`, 'org-ours', 'proj-ours'])
    }
    expect(server.reached).toHaveLength(2)
  })

  it.each([
    ['https://api.openai.com/v1', true],
    ['https://eu.api.openai.com/v1', true],
    ['https://api.openai.com.evil.example/v1', false],
    ['https://evil-api.openai.com/v1', false],
    ['https://openai.com/v1', false],
    ['http://gateway.example/v1', false],
    ['https://gateway.example/other', true],
    ['https://gateway.example:8443/v1', false],
    ['https://name.openai.azure.com/openai/v1', false],
  ])('is meant for %s: %s', (baseURL, isMeant) => {
    withEnvironment({ ...ours, OPENAI_BASE_URL: 'https://gateway.example/v1' })
    const { options } = openaiModel({ model: 'm', baseURL }).descriptor
    expect((options as OpenAIModelOptions).apiKeyEnv).toBe(isMeant ? 'OPENAI_API_KEY' : undefined)
    expect(JSON.stringify(options)).not.toMatch(secrets)
  })

  it('is read by its name in worker threads', async () => {
    const server = await startServer()
    withEnvironment({ ...ours, MISTRAL_API_KEY: 'mistral-0123456789' })
    const { descriptor } = openaiModel({ model: 'm', baseURL: server.url, apiKeyEnv: 'MISTRAL_API_KEY' })
    expect(JSON.stringify(descriptor)).not.toContain('mistral-0123456789')
    await openaiModel(descriptor.options as OpenAIModelOptions).chat(request)
    expect(server.reached[0]?.authorization).toBe('Bearer mistral-0123456789')
  })

  it('follows no redirect to another server', async () => {
    const [server, other] = [await startServer(), await startServer()]
    const redirecting = createServer((asked, response) => {
      asked.resume()
      response.writeHead(308, { location: `${other.url}/chat/completions` }).end()
    })
    redirecting.listen(0, '127.0.0.1')
    await once(redirecting, 'listening')
    onTestFinished(() => void redirecting.close())
    withEnvironment({ ...ours, OPENAI_BASE_URL: `http://127.0.0.1:${(redirecting.address() as AddressInfo).port}/v1` })
    const failure = (await openaiModel('m')
      .chat(request)
      .catch((error: unknown) => error)) as ModelCallError
    expect(failure).toMatchObject({ code: 'SKEIN_MODEL_ADDRESS', status: 308 })
    expect(failure.message).toContain(`which refers to ${other.url}/chat/completions`)
    expect([...server.reached, ...other.reached]).toEqual([])
  })
})

describe('options about keys', () => {
  it.each([
    [{ apiKeyEnv: 'NO_SUCH_VARIABLE' }, 'apiKeyEnv'],
    [{ apiKeyEnv: key }, 'apiKeyEnv'],
    [{ apiKeyEnv: 'OPENAI_API_KEY', apiKey: key }, 'apiKeyEnv'],
    [{ apiKey: `${key}\nX-Other: 1` }, 'apiKey'],
    [{ apiKey: 7 as never }, 'apiKey'],
    [{ baseURL: 'http://api.openai.com/v1' }, 'baseURL'],
    [{ baseURL: `https://${key}@host/v1` }, 'baseURL'],
    [{ baseURL: `https://host/v1#${key}` }, 'baseURL'],
    [{ baseURL: 7 as never }, 'baseURL'],
  ])('%j are refused, and not repeated', (options, option) => {
    withEnvironment(ours)
    let failure: unknown
    try {
      openaiModel({ model: 'm', baseURL: 'http://127.0.0.1:1/v1', ...options })
    } catch (error) {
      failure = error
    }
    expect(failure).toMatchObject({ code: 'SKEIN_OPTION', option })
    expect(inspect(failure)).not.toMatch(secrets)
  })

  it('name the variable where the environment is at fault', () => {
    withEnvironment({ ...ours, OPENAI_BASE_URL: 'gateway' })
    expect(() => openaiModel('m')).toThrow(/`OPENAI_BASE_URL`/)
    withEnvironment({ OPENAI_BASE_URL: undefined, OPENAI_API_KEY: 'two words' })
    expect(() => openaiModel('m')).toThrow(/`OPENAI_API_KEY`/)
    withEnvironment({ ...ours, OPENAI_ORG_ID: 'org\nours' })
    expect(() => openaiModel('m')).toThrow(/`OPENAI_ORG_ID`/)
  })

  it('have the prices of OpenAI where its models are served, and none elsewhere', () => {
    withEnvironment(ours)
    const priceAt = (baseURL: string): number | undefined =>
      openaiModel({ model: 'gpt-4o-mini', baseURL, apiKey: 'k' }).settings?.price?.inputPerMillion
    expect(priceAt('https://eu.api.openai.com/v1')).toBe(0.15)
    expect(priceAt('https://name.openai.azure.com/openai/v1')).toBe(0.15)
    expect(priceAt('https://openai.azure.com.evil.example/v1')).toBeUndefined()
    expect(priceAt('http://127.0.0.1:11434/v1')).toBeUndefined()
  })
})

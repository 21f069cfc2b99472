import {
  CLIENT_CAPABILITIES_META_KEY,
  isInputRequiredResult,
  ProtocolError,
  ProtocolErrorCode,
  Server,
} from '@modelcontextprotocol/server'
import type { ClientCapabilities } from '@modelcontextprotocol/server'
import type { View } from '@skein/memory'
import { attribute, isTraceparent, traced, tracerOf, warn } from '@skein/memory/runtime'

import { getPrompt } from '../resources/prompts.ts'
import type { Session } from '../session/session.ts'
import { refusalOf, resultOf, textForClients } from '../tools/tool.ts'

import { offersOf } from './offers.ts'
import type { ToolSet } from './tool-set.ts'
import manifest from '../../package.json' with { type: 'json' }

/** Options of {@link memoryServer}. */
export interface MemoryServerOptions {
  readonly tools: ToolSet
  /** Whether the client can be told of changes: without a connection that stays, one of 2025 can not. */
  readonly canSubscribe: boolean
  /** Called when a client of 2025 unsubscribes. Needed where such a client can subscribe; the SDK takes requests of 2026. */
  readonly onUnsubscribe?: (uri: string) => void
}

/** Makes the protocol's side of a session: the same for each transport, and for clients of each revision. */
export function memoryServer(
  session: Session,
  { tools: set, canSubscribe, onUnsubscribe }: MemoryServerOptions,
): Server {
  const offers = offersOf[set]
  const tools = new Map(offers.tools.map((tool) => [tool.definition.name, tool]))
  const server = new Server(
    { name: 'skein', title: 'Skein memory', version: manifest.version },
    {
      capabilities: {
        tools: {},
        ...(offers.prompts.length > 0 && { prompts: {} }),
        resources: { subscribe: canSubscribe },
      },
      instructions: offers.instructions,
    },
  )
  const { view } = session
  server.setRequestHandler('tools/list', () => ({ tools: [...tools.values()].map(({ definition }) => definition) }))
  server.setRequestHandler('tools/call', async ({ params }, { mcpReq: request }) => {
    const { name, arguments: args, _meta: sent } = params
    const tool = tools.get(name)
    if (!tool) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no tool "${name}".`)
    const canElicit = capabilitiesOf(server, request.envelope).elicitation !== undefined
    try {
      const run = (): ReturnType<typeof tool.run> => tool.run(args, { session, request, canElicit })
      const answer = await tracedCall(view, { name, sent }, run)
      if (isInputRequiredResult(answer)) return answer
      return server.projectCallToolResult(resultOf(tool, answer), tool.definition.outputSchema)
    } catch (error) {
      const refusal = refusalOf(error)
      if (refusal) return refusal
      throw forClients(name, error)
    }
  })
  server.setRequestHandler('resources/list', () => ({ resources: [...offers.resources] }))
  server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: [...offers.resourceTemplates] }))
  server.setRequestHandler('resources/read', ({ params: { uri } }) => {
    return answering('resources/read', offers.readResource(view, uri))
  })
  if (offers.prompts.length > 0) {
    server.setRequestHandler('prompts/list', () => ({ prompts: [...offers.prompts] }))
    server.setRequestHandler('prompts/get', ({ params: { name, arguments: args } }) => {
      return answering('prompts/get', getPrompt(view, name, args))
    })
  }
  if (onUnsubscribe) {
    // The transport has seen it already.
    server.setRequestHandler('resources/subscribe', () => ({}))
    server.setRequestHandler('resources/unsubscribe', ({ params: { uri } }) => (onUnsubscribe(uri), {}))
  }
  return server
}

/** An answer, or what a client is told when there is none. */
async function answering<Answer>(name: string, answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer
  } catch (error) {
    throw forClients(name, error)
  }
}

/** What a client is told when a request of this name fails. */
function forClients(name: string, error: unknown): Error {
  if (error instanceof ProtocolError) return error
  const text = textForClients(error)
  if (text !== undefined) return new ProtocolError(ProtocolErrorCode.InvalidParams, text)
  // It may say what is none of the client's business.
  warn(error)
  return new ProtocolError(ProtocolErrorCode.InternalError, `${name} failed. The log of the server says why.`)
}

/** A call of a tool, as a span tells it. */
interface Call {
  readonly name: string
  /** What the client sent along: the span that the call is part of. */
  readonly sent: { readonly [name: string]: unknown } | undefined
}

/** Runs a tool as a span, within that of the client, where somebody traces. */
function tracedCall<Answer>(view: View, { name, sent }: Call, run: () => Promise<Answer>): Promise<Answer> {
  const tracer = tracerOf(view)
  if (!tracer) return run()
  const attributes = {
    [attribute.mcpMethod]: 'tools/call',
    [attribute.toolName]: name,
    [attribute.agentId]: view.principal.id,
    [attribute.agentName]: view.principal.role,
  }
  const traceparent = sent?.['traceparent']
  const from = isTraceparent(traceparent) ? traceparent : undefined
  return traced(tracer, { operation: 'execute_tool', target: name, kind: 'server', attributes }, run, from)
}

/** Clients of 2026 send what they can with each request, those of 2025 once. */
function capabilitiesOf(server: Server, envelope: object = {}): ClientCapabilities {
  const sent = (envelope as Readonly<Record<string, ClientCapabilities | undefined>>)[CLIENT_CAPABILITIES_META_KEY]
  return sent ?? server.getClientCapabilities() ?? {}
}

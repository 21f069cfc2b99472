/**
 * Names of OpenTelemetry's conventions for generative AI, which are still in development.
 *
 * Source: https://github.com/open-telemetry/semantic-conventions-genai, revision 002c8a6 of 2026.
 *
 * What begins with `skein.` is our own.
 */
export const attribute = {
  operation: 'gen_ai.operation.name',
  provider: 'gen_ai.provider.name',
  requestModel: 'gen_ai.request.model',
  temperature: 'gen_ai.request.temperature',
  topP: 'gen_ai.request.top_p',
  maxTokens: 'gen_ai.request.max_tokens',
  outputType: 'gen_ai.output.type',
  finishReasons: 'gen_ai.response.finish_reasons',
  inputTokens: 'gen_ai.usage.input_tokens',
  outputTokens: 'gen_ai.usage.output_tokens',
  cacheReadTokens: 'gen_ai.usage.cache_read.input_tokens',
  cacheCreationTokens: 'gen_ai.usage.cache_creation.input_tokens',
  tokenType: 'gen_ai.token.type',
  inputMessages: 'gen_ai.input.messages',
  outputMessages: 'gen_ai.output.messages',
  agentId: 'gen_ai.agent.id',
  agentName: 'gen_ai.agent.name',
  toolName: 'gen_ai.tool.name',
  toolType: 'gen_ai.tool.type',
  toolArguments: 'gen_ai.tool.call.arguments',
  toolResult: 'gen_ai.tool.call.result',
  memoryStore: 'gen_ai.memory.store.id',
  memoryRecord: 'gen_ai.memory.record.id',
  memoryRecordCount: 'gen_ai.memory.record.count',
  memoryQuery: 'gen_ai.memory.query.text',
  mcpMethod: 'mcp.method.name',
  errorType: 'error.type',
  /** Of the conventions for messaging: of a message that waited in a durable mailbox. */
  messagingSystem: 'messaging.system',
  messagingOperation: 'messaging.operation.type',
  messagingDestination: 'messaging.destination.name',
  messagingMessage: 'messaging.message.id',
  /** `collection/id@version` of each record that was read or written. */
  records: 'skein.memory.records',
  collection: 'skein.memory.collection',
  /** Whether an answer or a result was there already. */
  reused: 'skein.reused',
  usd: 'skein.cost.usd',
  run: 'skein.activity.run',
  worker: 'skein.activity.worker',
  waitedMs: 'skein.activity.waited_ms',
  messageType: 'skein.message.type',
} as const

/** What a span can be of. */
export type Operation =
  | 'invoke_workflow'
  | 'invoke_agent'
  | 'execute_tool'
  | 'chat'
  | 'embeddings'
  | 'search_memory'
  | 'read_memory'
  | 'create_memory'
  | 'update_memory'
  | 'upsert_memory'
  | 'delete_memory'

/** Whether a span is of the memory. `read_memory`, one record by its name, is not in the conventions. */
export function isOfMemory(operation: Operation): boolean {
  return operation.endsWith('_memory')
}

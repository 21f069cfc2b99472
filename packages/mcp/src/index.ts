/**
 * An MCP server over a memory that agents share: any MCP client reads and writes it under an identity and a clearance
 * of its own, over standard input and output or over HTTP.
 *
 * @module
 */

// First: it says when Node.js is too old for what follows.
import '@skein/memory'

export { serveMcpStdio } from './serve-stdio.ts'
export { serveMcpHttp } from './serve-http.ts'
export { importMemory } from './import/import-memory.ts'
export { McpTokens } from './tokens/mcp-tokens.ts'
export { QuotaError } from './tokens/write-quota.ts'
export type { ToolSet } from './protocol/tool-set.ts'
export type { McpStdioServer, ServeMcpStdioOptions } from './serve-stdio.ts'
export type { McpHttpServer, ServeMcpHttpOptions } from './serve-http.ts'
export type { ImportMemoryOptions } from './import/import-memory.ts'
export type { ImportFormat, ImportReport } from './import/import-report.ts'
export type { CreateTokenOptions, McpToken } from './tokens/mcp-tokens.ts'
export { clientConfig, mcpClients } from './client-config.ts'
export type { McpClient, McpLaunch } from './client-config.ts'

import { ResourceNotFoundError } from '@modelcontextprotocol/server'
import type { ListResourcesResult, ReadResourceResult } from '@modelcontextprotocol/server'
import type { View } from '@skein/memory'

import { GraphFacts } from './graph-facts.ts'

/** The address under which the official memory server has its graph. */
export const graphUri = 'memory://knowledge-graph'

const mimeType = 'application/json'

/** The one resource of the official memory server. */
export const graphResources: ListResourcesResult['resources'] = [
  {
    uri: graphUri,
    name: 'knowledge-graph',
    title: 'Knowledge Graph',
    description: 'The full knowledge graph with all entities and relations',
    mimeType,
  },
]

/** Reads it, in the official server's form. @throws ResourceNotFoundError for another address. */
export async function readGraphResource(view: View, uri: string): Promise<ReadResourceResult> {
  if (uri !== graphUri) throw new ResourceNotFoundError(uri)
  const graph = await new GraphFacts(view).read()
  return { contents: [{ uri, mimeType, text: JSON.stringify(graph, undefined, 2) }] }
}

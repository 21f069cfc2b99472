import type { JSONObject, ToolAnnotations } from '@modelcontextprotocol/server'

import { matches, partAround } from './graph.ts'
import type { Entity, Relation } from './graph.ts'
import { GraphFacts } from './graph-facts.ts'
import { notice } from '../session/quote.ts'
import { adds, erases, object, reads, string, strings } from '../tools/schema.ts'
import type { ObjectSchema } from '../tools/schema.ts'
import { defineTool } from '../tools/tool.ts'
import type { MemoryTool, ToolContext } from '../tools/tool.ts'

const entity = object({ 'name!': string, 'entityType!': string, 'observations!': strings })
const relation = object({ 'from!': string, 'to!': string, 'relationType!': string })
const graph = object({ 'entities!': arrayOf(entity), 'relations!': arrayOf(relation) })
const done = object({ 'success!': { type: 'boolean' }, 'message!': string })

interface Addition {
  readonly entityName: string
  readonly contents: readonly string[]
}

interface Deletion {
  readonly entityName: string
  readonly observations: readonly string[]
}

/**
 * The nine tools of `@modelcontextprotocol/server-memory`, by their names and schemas. Their names for things stay in
 * here: a client that was set up for that server goes on as before.
 */
export const graphTools: readonly MemoryTool[] = [
  graphTool<{ readonly entities: readonly Entity[] }>({
    name: 'create_entities',
    description: 'Create multiple new entities in the knowledge graph',
    annotations: adds,
    input: object({ 'entities!': arrayOf(entity) }),
    output: object({ 'entities!': arrayOf(entity) }),
    pick: 'entities',
    run: async ({ entities }, facts) => ({ entities: await facts.createEntities(entities) }),
  }),
  graphTool<{ readonly relations: readonly Relation[] }>({
    name: 'create_relations',
    description: 'Create multiple new relations between entities in the knowledge graph, in active voice',
    annotations: adds,
    input: object({ 'relations!': arrayOf(relation) }),
    output: object({ 'relations!': arrayOf(relation) }),
    pick: 'relations',
    run: async ({ relations }, facts) => ({ relations: await facts.createRelations(relations) }),
  }),
  graphTool<{ readonly observations: readonly Addition[] }>({
    name: 'add_observations',
    description: 'Add new observations to existing entities in the knowledge graph',
    annotations: adds,
    input: object({ 'observations!': arrayOf(object({ 'entityName!': string, 'contents!': strings })) }),
    output: object({ 'results!': arrayOf(object({ 'entityName!': string, 'addedObservations!': strings })) }),
    pick: 'results',
    run: async ({ observations }, facts) => {
      // An unknown entity leaves everything as it was.
      for (const { entityName } of observations) await facts.requireEntity(entityName)
      const results: object[] = []
      for (const { entityName, contents } of observations) {
        results.push({ entityName, addedObservations: await facts.addObservations(entityName, contents) })
      }
      return { results }
    },
  }),
  graphTool<{ readonly entityNames: readonly string[] }>({
    name: 'delete_entities',
    description: 'Delete multiple entities and their associated relations from the knowledge graph',
    annotations: erases,
    input: object({ 'entityNames!': strings }),
    output: done,
    pick: 'message',
    run: async ({ entityNames }, facts) => {
      await facts.deleteEntities(entityNames)
      return { success: true, message: 'Entities deleted successfully' }
    },
  }),
  graphTool<{ readonly deletions: readonly Deletion[] }>({
    name: 'delete_observations',
    description: 'Delete specific observations from entities in the knowledge graph',
    annotations: erases,
    input: object({ 'deletions!': arrayOf(object({ 'entityName!': string, 'observations!': strings })) }),
    output: done,
    pick: 'message',
    run: async ({ deletions }, facts) => {
      for (const { entityName, observations } of deletions) await facts.deleteObservations(entityName, observations)
      return { success: true, message: 'Observations deleted successfully' }
    },
  }),
  graphTool<{ readonly relations: readonly Relation[] }>({
    name: 'delete_relations',
    description: 'Delete multiple relations from the knowledge graph',
    annotations: erases,
    input: object({ 'relations!': arrayOf(relation) }),
    output: done,
    pick: 'message',
    run: async ({ relations }, facts) => {
      await facts.deleteRelations(relations)
      return { success: true, message: 'Relations deleted successfully' }
    },
  }),
  graphTool({
    name: 'read_graph',
    description: 'Read the entire knowledge graph',
    annotations: reads,
    input: object({}),
    output: graph,
    run: (_, facts) => facts.read(),
  }),
  graphTool<{ readonly query: string }>({
    name: 'search_nodes',
    description: 'Search for nodes in the knowledge graph based on a query',
    annotations: reads,
    input: object({ 'query!': string }),
    output: graph,
    run: async ({ query }, facts) => {
      const all = await facts.read()
      return partAround(
        all,
        all.entities.filter((one) => matches(one, query)),
      )
    },
  }),
  graphTool<{ readonly names: readonly string[] }>({
    name: 'open_nodes',
    description: 'Open specific nodes in the knowledge graph by their names',
    annotations: reads,
    input: object({ 'names!': strings }),
    output: graph,
    run: async ({ names }, facts) => {
      const all = await facts.read()
      return partAround(
        all,
        all.entities.filter(({ name }) => names.includes(name)),
      )
    },
  }),
]

interface GraphToolInput<Args> {
  readonly name: string
  readonly description: string
  readonly annotations: ToolAnnotations
  readonly input: ObjectSchema
  readonly output: ObjectSchema
  /** The part of the answer that the official server gives as text. @defaultValue all of it */
  readonly pick?: string
  readonly run: (args: Args, facts: GraphFacts) => Promise<object>
}

function graphTool<Args extends object>({ run, pick, ...rest }: GraphToolInput<Args>): MemoryTool {
  return defineTool<Args>({
    ...rest,
    textOf: (content) => textsOf(pick === undefined ? content : (content as Record<string, unknown>)[pick]),
    run: (args, { session }: ToolContext) => run(args, new GraphFacts(session.view)),
  })
}

/** The text in the official server's form. What it quotes is marked in a text of its own: nothing may stand beside it. */
function textsOf(content: unknown): readonly string[] {
  return typeof content === 'string' ? [content] : [JSON.stringify(content, undefined, 2), notice]
}

function arrayOf(items: ObjectSchema): JSONObject {
  return { type: 'array', items: items as JSONObject }
}

import type { McpProcess } from './mcp-process.ts'

/** Something that clients do at once, and what is left of it. */
export interface Writing {
  /** How many writes are acknowledged to one client. */
  write(server: McpProcess, client: number): Promise<number>
  kept(server: McpProcess): Promise<number>
}

/** `create_entities`, all at once. */
export function creating(count: number): Writing {
  return {
    write: async (server, client) => {
      const entities = Array.from({ length: count }, (_, at) => entityOf(`client-${client}-${at}`))
      await Promise.all(entities.map((entity) => server.call('create_entities', { entities: [entity] })))
      return count
    },
    kept: async (server) => {
      const { entities } = await server.call('read_graph', {})
      return (entities as readonly unknown[]).length
    },
  }
}

/** `remember`, all at once. */
export function remembering(count: number): Writing {
  return {
    write: async (server, client) => {
      const texts = Array.from({ length: count }, (_, at) => `note ${client}-${at}`)
      await Promise.all(texts.map((text) => server.call('remember', { text })))
      return count
    },
    kept: async (server) => {
      let kept = 0
      for (let cursor: unknown, isLast = false; !isLast;) {
        const page = await server.call('recall', {
          kind: 'observations',
          limit: 50,
          ...(cursor !== undefined && { cursor }),
        })
        kept += (page['items'] as readonly unknown[]).length
        cursor = page['cursor']
        isLast = cursor === undefined
      }
      return kept
    },
  }
}

/** A counter, by `fact_get` and `fact_set` of the version that was read. */
export function counting(count: number): Writing {
  const key = 'counter'
  const read = async (server: McpProcess): Promise<{ readonly version: unknown; readonly value: number }> => {
    const { version, value = 0 } = await server.call('fact_get', { key })
    return { version, value: Number(value) }
  }
  const increment = async (server: McpProcess): Promise<void> => {
    const { version, value } = await read(server)
    const { written } = await server.call('fact_set', { key, value: value + 1, ifVersion: version })
    if (written !== true) await increment(server)
  }
  return {
    write: async (server) => {
      for (let at = 0; at < count; at += 1) await increment(server)
      return count
    },
    kept: async (server) => (await read(server)).value,
  }
}

/** An entity of the official memory server. */
export function entityOf(name: string): object {
  return { name, entityType: 'company', observations: ['raised its prices'] }
}

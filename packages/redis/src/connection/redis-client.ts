/**
 * The methods that the store uses of a client, so that another client than
 * ioredis can be given. Signatures and replies are those of ioredis. A cluster has
 * `isCluster` and `nodes` as well, and emits `+node` with the client of each new node.
 */
export interface RedisClient {
  /** Of ioredis: `true` for a cluster. */
  readonly isCluster?: boolean
  /** Of ioredis. */
  readonly options?: {
    readonly db?: number | undefined
    readonly keyPrefix?: string | undefined
    readonly redisOptions?: { readonly keyPrefix?: string | undefined } | undefined
    host?: string | undefined
    port?: number | undefined
  }
  /** Of a cluster: a client for each node. */
  nodes?(role: 'master'): RedisClient[]
  /** Of nodes of a cluster. */
  script?(command: 'LOAD', text: string): Promise<unknown>
  eval(script: string, keys: number, ...args: (string | Buffer)[]): Promise<unknown>
  evalsha(sha: string, keys: number, ...args: (string | Buffer)[]): Promise<unknown>
  hset(key: string, field: string, value: string): Promise<number>
  hlen(key: string): Promise<number>
  hexists(key: string, field: string): Promise<number>
  hmget(key: string, ...fields: string[]): Promise<(string | null)[]>
  scan(cursor: string, ...rest: ['MATCH', string, 'COUNT', number]): Promise<[cursor: string, keys: string[]]>
  hscan(key: string, cursor: string, count: 'COUNT', size: number): Promise<[cursor: string, entries: string[]]>
  zmscore(key: string, ...members: string[]): Promise<(string | null)[]>
  zscan(key: string, cursor: string, count: 'COUNT', size: number): Promise<[cursor: string, entries: string[]]>
  xrevrange(
    key: string,
    from: string,
    to: string,
    count: 'COUNT',
    size: number,
  ): Promise<[id: string, fields: string[]][]>
  xrange(key: string, from: string, to: string, count: 'COUNT', size: number): Promise<[id: string, fields: string[]][]>
  getBuffer(key: string): Promise<Buffer | null>
  getrangeBuffer(key: string, start: number, end: number): Promise<Buffer>
  setnx(key: string, value: Buffer): Promise<number>
  exists(key: string): Promise<number>
  del(key: string): Promise<number>
  time(): Promise<(string | number)[]>
  ping(): Promise<unknown>
  info(section: string): Promise<string>
  config(command: 'GET', name: string): Promise<unknown>
  client(command: 'INFO'): Promise<unknown>
  wait(replicas: number, timeoutMs: number): Promise<number>
  bgrewriteaof(): Promise<unknown>
  bgsave(): Promise<unknown>
  subscribe(channel: string): Promise<unknown>
  unsubscribe(channel: string): Promise<unknown>
  /** Another client for the same servers. A cluster's takes nodes first. */
  duplicate(...options: never[]): unknown
  connect(): Promise<unknown>
  disconnect(reconnect?: boolean): void
  // oxlint-disable-next-line typescript/no-explicit-any -- Listeners of ioredis are typed so: with another type its Cluster would not fit.
  on(event: string, listener: (...args: any[]) => void): unknown
}

/** The names of these methods. */
export const clientMethods: readonly Exclude<keyof RedisClient, 'isCluster' | 'options' | 'nodes' | 'script'>[] = [
  'eval',
  'evalsha',
  'hset',
  'hlen',
  'hmget',
  'scan',
  'hscan',
  'xrange',
  'getBuffer',
  'getrangeBuffer',
  'setnx',
  'exists',
  'del',
  'time',
  'ping',
  'info',
  'config',
  'client',
  'wait',
  'bgrewriteaof',
  'bgsave',
  'subscribe',
  'unsubscribe',
  'duplicate',
  'connect',
  'disconnect',
  'on',
]

/** Another client for the same servers, with some other options. */
export function duplicateOf(client: RedisClient, ...options: readonly object[]): RedisClient {
  // Clients differ in the types of their options, not in what they take.
  return (client as unknown as { duplicate(...options: readonly object[]): RedisClient }).duplicate(...options)
}

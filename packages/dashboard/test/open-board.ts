import { mapStore, openMemory } from '@skein/memory'
import type { Memory, Principal } from '@skein/memory'
import type { StoreDriver } from '@skein/memory/store'

import { serveDashboard } from '../src/index.ts'
import type { ServeDashboardOptions, ServedDashboard } from '../src/index.ts'

/** A principal whose clearance covers every record of these tests. */
export const operator: Principal = {
  id: 'ada',
  role: 'operator',
  clearance: { level: 'confidential', compartments: ['finance'] },
  rights: ['audit'],
}

/** A served dashboard, with requests as a logged-in page sends them. */
export interface OpenBoard extends AsyncDisposable {
  readonly memory: Memory
  readonly board: ServedDashboard
  /** The address without the token. */
  readonly origin: string
  readonly cookie: string
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Response>
  json<Answer>(path: string): Promise<Answer>
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>
}

/** Serves a dashboard on a memory, by default a new one, and logs in. */
export async function openBoard(
  options: Partial<ServeDashboardOptions> & { readonly store?: StoreDriver } = {},
): Promise<OpenBoard> {
  const { store = mapStore(), memory = await openMemory({ store }), ...rest } = options
  const board = await serveDashboard({ memory, principal: operator, ...rest })
  const origin = new URL(board.url).origin
  const login = await fetch(`${origin}/api/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: JSON.stringify({ token: board.token }),
  })
  const cookie = (login.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  const get = (path: string, headers = {}): Promise<Response> =>
    fetch(`${origin}${path}`, { headers: { cookie, ...headers } })
  return {
    memory,
    board,
    origin,
    cookie,
    get,
    json: async <Answer>(path: string) => {
      const response = await get(path)
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
      return (await response.json()) as Answer
    },
    post: (path, body, headers = {}) =>
      fetch(`${origin}${path}`, {
        method: 'POST',
        headers: { cookie, origin, 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    [Symbol.asyncDispose]: async () => {
      await board.close()
      if (!options.memory) await memory.close()
    },
  }
}

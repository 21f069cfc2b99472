import { connect } from 'node:net'
import type { Socket } from 'node:net'

import { mapStore, openMemory } from '@skein/memory'
import { expect, it } from 'vitest'

import { openBoard } from './open-board.ts'
import { openStream } from './stream/stream-reader.ts'

it('returns one link to this machine, with the token where no server sees it', async () => {
  await using open = await openBoard()
  expect(open.board.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}$/)
})

it('accepts no more connections than its limit, and recovers', async () => {
  const limits = (process.report.getReport() as { userLimits?: { open_files?: { soft: number | string } } }).userLimits
  const maxFiles = Number(limits?.open_files?.soft ?? 0)
  // This machine allows too few open files for both ends of all connections.
  if (maxFiles > 0 && maxFiles < 4_000) return
  await using open = await openBoard()
  const sockets: Socket[] = []
  const closed = Promise.withResolvers<void>()
  for (let n = 0; n < 1_500; n += 1) {
    const socket = connect(open.board.port, '127.0.0.1')
    socket.on('error', () => {}).on('close', () => closed.resolve())
    sockets.push(socket)
  }
  await closed.promise
  for (const socket of sockets) socket.destroy()
  await expect.poll(async () => (await open.get('/api/session').catch(() => undefined))?.status).toBe(200)
})

it('closes its streams with a reason, and frees its port', async () => {
  await using memory = await openMemory({ store: mapStore() })
  const open = await openBoard({ memory })
  const reader = await openStream(open)
  await open.board.close()
  await reader.until(({ all }) => all.at(-1)?.event === 'close')
  expect(reader.all.at(-1)).toMatchObject({ event: 'close', data: { code: 'closing' } })
  await open.board.close()
  await using again = await openBoard({ memory, port: open.board.port })
  expect((await again.get('/api/session')).status).toBe(200)
  await expect(openBoard({ memory, port: open.board.port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
})

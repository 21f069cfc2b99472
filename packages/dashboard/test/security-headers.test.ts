import { expect, it } from 'vitest'

import { openBoard } from './open-board.ts'

it('sends its policy with every answer, including refusals and streams', async () => {
  await using open = await openBoard()
  const answers = await Promise.all([
    open.get('/'),
    open.get('/api/session'),
    open.get('/api/session', { cookie: '' }),
    open.get('/api/nothing'),
    open.get('/nothing'),
    open.get('/api/stream'),
    open.get('/api/export?format=jsonl'),
    open.get('/api/session', { origin: 'https://evil.example' }),
  ])
  for (const { headers, body } of answers) {
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    await body?.cancel()
  }
})

import { expect, it } from 'vitest'

import type { Metrics, RecordDetail, RecordRows } from '../src/index.ts'
import { openBoard } from './open-board.ts'

const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf']
const before = Object.getOwnPropertyNames(Object.prototype)

it('takes names that every object inherits for names like any other: in ids, tags, tasks, authors and kinds of work', async () => {
  await using open = await openBoard()
  for (const name of names) {
    const view = open.memory.as({ id: name, role: name })
    await view.facts.set(name, JSON.parse(`{"${name}":{"polluted":"yes"}}`), { tags: [name] })
    await view.observations.log({ task: name, value: name, tags: [name] })
    await view.once(`${name}/x`, () => ({ by: name }))
    await view.facts.get(name)
  }
  for (const name of names) {
    const { rows } = await open.json<RecordRows>(`/api/records?collection=facts&tag=${name}`)
    expect(rows.map(({ id, author, tags }) => ({ id, author, tags }))).toEqual([
      { id: name, author: name, tags: [name] },
    ])
    const detail = await open.json<RecordDetail>(`/api/records/facts/${name}`)
    expect(detail.value).toBe(`{"${name}":{"polluted":"yes"}}`)
    expect((await open.json<RecordRows>(`/api/records?q=${name}`)).rows.length).toBeGreaterThan(0)
  }
  expect((await open.json<Metrics>('/api/metrics')).results.computed).toBe(names.length)
  for (const format of ['html', 'jsonl', 'trace']) {
    expect(await (await open.get(`/api/export?format=${format}`)).text()).toContain('hasOwnProperty')
  }
  expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before)
  expect(({} as { polluted?: string }).polluted).toBeUndefined()
})

it('refuses such names where it expects one of its own', async () => {
  await using open = await openBoard({ allowAnswers: true })
  const { id } = await open.memory.as({ id: 'ann', role: 'sales' }).escalations.open({ task: 't', reason: 'r' })
  for (const name of names) {
    for (const query of [
      `records?collection=${name}`,
      `records/${name}/x`,
      `export?format=${name}`,
      `events?after=${name}`,
    ]) {
      const { status } = await open.get(`/api/${query}`)
      expect({ query, isRefused: status === 400 || status === 404 }).toEqual({ query, isRefused: true })
    }
    expect((await open.get(`/api/records?${name}=x&${name}[y]=z`)).status).toBe(200)
    for (const body of [`{"do":"${name}"}`, `{"${name}":{"do":"take"}}`, `{"${name}":"take"}`]) {
      expect((await open.post(`/api/inbox/${id}`, body)).status).toBe(400)
    }
    expect((await open.post(`/api/login`, `{"${name}":{"token":"${open.board.token}"}}`)).status).toBe(401)
  }
  const answer = '{"__proto__":{"polluted":"yes"}}'
  expect((await open.post(`/api/inbox/${id}`, { do: 'answer', answer })).status).toBe(200)
  expect((await open.json<RecordDetail>(`/api/records/escalations/${id}`)).value).toContain(
    '"__proto__":{"polluted":"yes"}',
  )
  expect(({} as { polluted?: string }).polluted).toBeUndefined()
  expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before)
})

it('reads ids like paths as ids, never as files', async () => {
  await using open = await openBoard()
  const view = open.memory.as({ id: 'ann', role: 'sales' })
  const ids = ['../../etc/passwd', '/etc/passwd', String.raw`C:\Windows\win.ini`, 'a/../../b', 'x\0.txt', '%2e%2e%2f']
  for (const id of ids) {
    expect((await open.get(`/api/records/facts/${encodeURIComponent(id)}`)).status).toBe(404)
    await view.facts.set(id, 'kept')
    const response = await open.get(`/api/records/facts/${encodeURIComponent(id)}`)
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ id, value: '"kept"' })
  }
  await view.objects.put('text', { title: '../../../tmp/evil.html' })
  const { headers } = await open.get('/api/export?format=html')
  expect(headers.get('content-disposition')).toMatch(/^attachment; filename="skein-run-[\dT-]+\.html"$/)
})

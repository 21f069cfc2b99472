import { mapStore, openMemory } from '@skein/memory'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { expect, it, onTestFinished } from 'vitest'

/** A small schema, as any validation library would provide it. */
function schemaOf(check: (value: unknown) => readonly StandardSchemaV1.Issue[]): StandardSchemaV1 {
  return {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: async (value) => {
        const issues = check(value)
        return issues.length > 0 ? { issues } : { value }
      },
    },
  }
}

const named = schemaOf((value) => {
  const { name } = value as { name?: unknown }
  return typeof name === 'string' ? [] : [{ message: 'Expected a text', path: ['name'] }]
})
const priced = schemaOf((value) => {
  const items = value as { price: number }[]
  return items.flatMap(({ price }, index) =>
    price > 0 ? [] : [{ message: 'Expected more than 0', path: [index, { key: 'price' }] }],
  )
})

async function open() {
  const memory = await openMemory({
    store: mapStore(),
    schemas: { 'facts/prospect/': named, 'facts/prospect/list': priced, 'observations/': named },
  })
  onTestFinished(() => memory.close())
  return memory.as({ id: 'ann', role: 'sales' })
}

it('a value that does not fit its schema is refused with the path of each fault', async () => {
  const { facts, observations } = await open()
  const refused = facts.set('prospect/1', { name: 5 })
  await expect(refused).rejects.toMatchObject({
    code: 'SKEIN_SCHEMA',
    key: 'facts/prospect/1',
    issues: [{ path: '$.name', message: 'Expected a text' }],
  })
  await expect(refused).rejects.toThrow('$.name: Expected a text')
  expect(await facts.get('prospect/1')).toBeUndefined()
  await expect(observations.log({ value: {} })).rejects.toMatchObject({ code: 'SKEIN_SCHEMA' })
  await expect(facts.update('prospect/2', () => ({}))).rejects.toMatchObject({ code: 'SKEIN_SCHEMA' })
})

it('a value that fits is kept, the longest prefix applies, and other keys are unchecked', async () => {
  const { facts } = await open()
  await facts.set('prospect/1', { name: 'Acme' })
  await facts.set('prospect/list', [{ price: 1 }])
  await expect(facts.set('prospect/list', [{ price: 1 }, { price: 0 }])).rejects.toMatchObject({
    issues: [{ path: '$[1].price' }],
  })
  await facts.set('other', 5)
  await facts.delete('prospect/1')
  expect(await facts.get('other')).toBe(5)
})

import { describe, expect, it } from 'vitest'

import { parseStoreAddress, withoutPassword } from '../src/open/store-address.ts'

describe('parseStoreAddress', () => {
  it.each([
    ['memory:', { kind: 'memory' }],
    ['x.db', { kind: 'file', path: 'x.db' }],
    ['C:\\x.db', { kind: 'file', path: 'C:\\x.db' }],
    ['sqlite:a/x.db', { kind: 'file', path: 'a/x.db' }],
    ['file:///a%20b/x.db', { kind: 'file', path: '/a b/x.db' }],
    ['redis://host:6379', { kind: 'redis', url: 'redis://host:6379' }],
    ['REDISS://host', { kind: 'redis', url: 'REDISS://host' }],
  ])('understands %s', (address, location) => {
    expect(parseStoreAddress(address)).toEqual(location)
  })

  it('refuses an address of another kind', () => {
    expect(() => parseStoreAddress('mysql://localhost')).toThrow(/--store/)
  })
})

describe('withoutPassword', () => {
  it.each([
    ['redis://user:secret@host:6379/0', 'redis://host:6379/0'],
    ['redis://:p@ss@host', 'redis://host'],
    ['redis://host:6379', 'redis://host:6379'],
    ['a@b.db', 'a@b.db'],
  ])('%s', (address, shown) => {
    expect(withoutPassword(address)).toBe(shown)
  })
})

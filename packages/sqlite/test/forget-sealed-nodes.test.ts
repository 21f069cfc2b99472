import { existsSync, readFileSync } from 'node:fs'

import { sqliteStore } from '@skein/sqlite'
import { expect, it } from 'vitest'

import { forgetOnSealedNodes } from '../../memory/test/forget-on-sealed-nodes.ts'
import { temporaryPath } from './temporary.ts'

it('an erasure on one sealed node leaves no version of a fact on another, in no byte of its file', async () => {
  const path = temporaryPath()
  const found = (texts: readonly string[]): readonly string[] => {
    const files = [path, `${path}-wal`].flatMap((name) => (existsSync(name) ? readFileSync(name) : []))
    return texts.filter((text) => files.some((bytes) => bytes.includes(text)))
  }
  const texts = await forgetOnSealedNodes([sqliteStore(temporaryPath()), sqliteStore(path)], found)
  expect(found(texts)).toEqual([])
})

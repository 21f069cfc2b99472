import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { mapStore } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import { afterAll } from 'vitest'

import { describeSaver } from './checkpoint-suite.ts'

const folder = mkdtempSync(join(tmpdir(), 'skein-langgraph-'))
afterAll(() => rmSync(folder, { recursive: true }))

describeSaver('SkeinSaver', () => mapStore())

let files = 0
describeSaver('SkeinSaver on SQLite', () => sqliteStore({ path: join(folder, `${(files += 1)}.db`) }))

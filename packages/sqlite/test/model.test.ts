import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { sqliteStore } from '@skein/sqlite'
import { afterAll } from 'vitest'

import { describeModel } from '../../memory/test/model/describe-model.ts'

const folder = mkdtempSync(join(tmpdir(), 'skein-model-'))
afterAll(() => rmSync(folder, { recursive: true }))
let made = 0

describeModel('sqliteStore', () => sqliteStore({ path: join(folder, `${(made += 1)}.db`), durability: 'relaxed' }), 60)

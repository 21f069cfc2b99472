import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { describe, expect, it } from 'vitest'

import { findOrInstall, runs } from '../../redis/test/find-or-install.ts'

const fixture = join(import.meta.dirname, 'fixtures/five-minutes.ts')
const faketime = findOrInstall('faketime', () => ['faketime'].find((name) => runs(name, '-f', '+0', 'true')))

describe.skipIf(!faketime)('a server that is slow (needs faketime: apt-get install -y faketime)', () => {
  // Node's `fetch` gives up after 300 seconds, whatever its caller says. So it does by a clock that is 50 times as fast.
  it('is waited for longer than five minutes, for an answer and for the next piece, and asked once', async () => {
    const { stdout } = await promisify(execFile)(faketime ?? '', ['-f', '+0 x50', process.execPath, fixture])
    expect(JSON.parse(stdout)).toEqual({ texts: ['You said: Hello.', 'You said: Hello.'], asked: [1, 1] })
  })
})

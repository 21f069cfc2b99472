import { env } from 'node:process'

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe } from 'vitest'

import { ensurePage } from '../../page/build.ts'
import { missing, startChromium } from './chromium.ts'
import { openPage } from './open-page.ts'
import type { OpenPage, PageOptions } from './open-page.ts'

/** Opens the page of a server, in one browser for all tests of a suite. */
export type Open = (url: string, options?: PageOptions) => Promise<OpenPage>

/** Declares tests of the built page in Chromium; skipped where there is none, except in CI. */
export function describePage(name: string, declare: (open: Open) => void): void {
  const title = `${name}${missing === undefined ? '' : ` (${missing})`}`
  describe.skipIf(missing !== undefined && !env['CI'])(title, () => {
    let browser: Browser
    beforeAll(async () => {
      if (missing !== undefined) throw new Error(missing)
      await ensurePage()
      browser = await startChromium()
    }, 180_000)
    afterAll(() => browser?.close())
    declare((url, options) => openPage(browser, url, options))
  })
}

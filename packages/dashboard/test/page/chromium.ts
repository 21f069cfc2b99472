import { existsSync } from 'node:fs'

import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'

import { findOrInstall } from '../../../redis/test/find-or-install.ts'

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

const program = findOrInstall('chromium', () =>
  [process.env['CHROMIUM'], ...places].find((path) => path !== undefined && existsSync(path)),
)

/** Why suites that need a browser are skipped; `undefined` when they run. */
export const missing: string | undefined = program
  ? undefined
  : 'no chromium on this machine: `apt-get install -y chromium` would enable this'

/** Starts a browser that sends no requests of its own. */
export function startChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: program ?? 'chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { getuid } from 'node:process'

import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** A Chromium that is there, else one that is installed now, which takes root on Debian. */
function findChromium(): string | undefined {
  const given = process.env['CHROMIUM']
  const found = [...(given === undefined ? [] : [given]), ...places].find((path) => existsSync(path))
  if (found !== undefined) return found
  if (getuid?.() !== 0 || !runs('apt-get', '--version')) return undefined
  const install = (): boolean => runs('apt-get', 'install', '-y', '--no-install-recommends', 'chromium')
  if (!install() && runs('apt-get', 'update')) install()
  return places.find((path) => existsSync(path))
}

function runs(program: string, ...args: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const program = findChromium()

/** Why suites that need a browser are skipped, if they are. */
export const missing: string | undefined = program
  ? undefined
  : 'no chromium on this machine: `apt-get install -y chromium` would enable this'

/** Starts a browser with a profile of its own that asks nobody but the page's server. */
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

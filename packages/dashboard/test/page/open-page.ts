import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

import type { Browser, BrowserContextOptions, Page } from 'playwright-core'

/** Options of the browser profile, such as the size of its window. */
export type PageOptions = BrowserContextOptions

/** A page, with everything that went wrong on it. */
export interface OpenPage extends AsyncDisposable {
  readonly page: Page
  /** Errors of scripts, of the console (which include violations of the policy), and requests to other hosts. */
  readonly faults: string[]
  /** The accessibility violations that axe finds on the page now. */
  violations(): Promise<readonly string[]>
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Opens a page in a new browser profile. */
export async function openPage(browser: Browser, url: string, options: PageOptions = {}): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 1_280, height: 800 }, ...options })
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(String(error.stack)))
  page.on('console', (message) => {
    // Some tests stop the server.
    if (message.type() === 'error' && !/ERR_(CONNECTION|INCOMPLETE)/.test(message.text())) faults.push(message.text())
  })
  page.on('request', (request) => {
    const requested = new URL(request.url())
    if (requested.protocol !== 'data:' && requested.host !== new URL(url).host) faults.push(`asked ${request.url()}`)
  })
  page.on('dialog', (dialog) => {
    faults.push(`a dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  await page.goto(url)
  return {
    page,
    faults,
    violations: async () => {
      // Through the debugger, since the page's policy allows no other scripts.
      await page.evaluate(axe)
      const { violations } = await page.evaluate<{ violations: Violation[] }>('axe.run(document)')
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`)
    },
    [Symbol.asyncDispose]: () => context.close(),
  }
}

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly html: string }[]
}

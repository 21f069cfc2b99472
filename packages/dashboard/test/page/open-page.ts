import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

import type { Browser, BrowserContextOptions, Page } from 'playwright-core'

/** A page, and all that went wrong on it. */
export interface OpenPage extends AsyncDisposable {
  readonly page: Page
  /** Errors of scripts, of the console (refusals of the policy are there), and requests to others. */
  readonly faults: string[]
  /** What axe finds on the page as it is. */
  violations(): Promise<readonly string[]>
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Opens the page of a server in a profile of its own. */
export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 1_280, height: 800 }, ...options })
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(String(error.stack)))
  page.on('console', (message) => {
    // A server that is away is what some tests are about.
    if (message.type() === 'error' && !/ERR_(CONNECTION|INCOMPLETE)/.test(message.text())) faults.push(message.text())
  })
  page.on('request', (request) => {
    const other = new URL(request.url())
    if (other.protocol !== 'data:' && other.host !== new URL(url).host) faults.push(`asked ${request.url()}`)
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
      // Through the debugger, since the page's policy lets no script in.
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

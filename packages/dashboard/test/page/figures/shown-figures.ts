import type { Locator, Page } from 'playwright-core'

/** The figures that a page shows, by view. */
export class ShownFigures {
  readonly page: Page
  readonly #base: string

  constructor(page: Page) {
    this.page = page
    this.#base = new URL(page.url()).origin
  }

  /** Opens a view. @param path - Such as `timeline` or `runs/ID`. */
  async open(path: string): Promise<void> {
    await this.page.goto(`${this.#base}/#/${path}`)
  }

  /** Opens the table of the view that is open. */
  async openTable(): Promise<void> {
    await this.page.getByRole('button', { name: 'Table' }).click()
  }

  /** The number of a card, and the sentence below it. */
  async card(title: string): Promise<string> {
    const card = this.page.locator('.card', { has: this.page.locator('.card-title', { hasText: title }) })
    return `${await textOf(card.locator('.card-value'))}, ${await textOf(card.locator('.muted'))}`
  }

  /** A number of the line above the map. */
  summary(name: string): Promise<string> {
    return textOf(this.page.locator('.flock-summary div', { hasText: name }).locator('dd'))
  }

  /** A column of the table with this caption, by the first cell of the row. */
  async column(caption: string, name: string): Promise<Readonly<Record<string, number>>> {
    const rows = this.page
      .locator('table', { has: this.page.locator('caption', { hasText: caption }) })
      .locator('tbody tr')
    await rows.first().waitFor()
    const cells = await rows.locator(`td[data-head="${name}"]`).allTextContents()
    // Beside the name of an agent there may be a button.
    const heads = await rows.locator('th').allTextContents()
    return Object.fromEntries(
      heads
        .map((head, index) => [head.replace(/Orders$/, '').trim(), numberOf(cells[index])])
        .filter(([, count]) => count !== 0),
    )
  }

  /** The sum of a column. */
  async sum(name: string): Promise<number> {
    const cells = this.page.locator(`td[data-head="${name}"]`)
    await cells.first().waitFor()
    return (await cells.allTextContents()).reduce((sum, cell) => sum + numberOf(cell), 0)
  }

  /** Figures of the cache, as the server gives them to Prometheus. */
  async counters(...names: readonly string[]): Promise<number[]> {
    const answer = await this.page.request.get(`${this.#base}/api/prometheus`)
    const lines = new Map((await answer.text()).split('\n').map((line) => line.split(' ') as [string, string]))
    return names.map((name) => Number(lines.get(`skein_cache_${name}_total`)))
  }

  /** Opens the table of a chart. */
  async unfold(title: string): Promise<void> {
    const table = this.page.getByRole('region', { name: title, exact: true })
    if (!(await table.isVisible())) await this.page.getByText(title, { exact: true }).click()
  }

  /** The rows of a table, cell by cell. @param name - Of its region. */
  async rows(name: string): Promise<string[][]> {
    const rows = this.page.getByRole('region', { name, exact: true }).locator('tbody tr')
    await rows.first().waitFor()
    return Promise.all((await rows.all()).map((row) => row.locator('th, td').allTextContents()))
  }
}

/** The text of an element that comes in time. */
async function textOf(place: Locator): Promise<string> {
  return ((await place.textContent()) ?? '').trim()
}

function numberOf(text = ''): number {
  return Number(text.replaceAll(',', ''))
}

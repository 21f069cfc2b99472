import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, it, vi } from 'vitest'

import { describePage } from '../describe-page.ts'
import type { OpenPage } from '../open-page.ts'
import { commandFigures } from './command-figures.ts'
import type { CommandFigures } from './command-figures.ts'
import { ShownFigures } from './shown-figures.ts'

/** A figure of the page beside that of a command. */
export interface Figure<Run> {
  /** The address of the view. */
  readonly view: string
  readonly name: string
  /** The command that says the same. */
  readonly command: string
  shown(page: ShownFigures): Promise<unknown>
  told(told: CommandFigures, run: Run, page: ShownFigures): unknown
}

/** A run that has ended, whose dashboard is still there. */
export interface EndedRun extends AsyncDisposable {
  readonly url: string
  readonly store: string
}

/** Declares a test for each figure: the page of a run shows what the command prints. */
export function describeFigures<Run extends EndedRun>(
  title: string,
  start: (folder: string) => Promise<Run>,
  figures: readonly Figure<Run>[],
): void {
  describePage(title, (open) => {
    const folder = mkdtempSync(join(tmpdir(), 'skein-figures-'))
    let run: Run
    let opened: OpenPage
    let shown: ShownFigures
    let told: CommandFigures
    let ask: () => Promise<CommandFigures>

    beforeAll(async () => {
      run = await start(folder)
      // A page at rest would replay the run.
      opened = await open(run.url, { reducedMotion: 'reduce' })
      shown = new ShownFigures(opened.page)
      // The page has exchanged its token for a cookie when it knows the space.
      await opened.page.locator('header .space').waitFor()
      const session = await opened.page.request.get(`${new URL(run.url).origin}/api/session`)
      const { principal } = (await session.json()) as { readonly principal: { readonly id: string } }
      ask = () => commandFigures(run.store, folder, principal.id)
      told = await ask()
    }, 180_000)

    afterAll(async () => {
      await opened?.[Symbol.asyncDispose]()
      await run?.[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    })

    it.each(figures)(
      '$view: $name, as in $command',
      async (figure) => {
        await shown.open(figure.view)
        const compare = async (): Promise<void> =>
          expect(await figure.shown(shown)).toEqual(await figure.told(told, run, shown))
        // What is not there yet comes to the page with the next event. A worker writes its audit every now and then,
        // maybe after the commands were asked.
        const wait = { timeout: 15_000, interval: 200 }
        await vi.waitFor(compare, wait).catch(async () => {
          told = await ask()
          await vi.waitFor(compare, wait)
        })
        expect(opened.faults).toEqual([])
      },
      90_000,
    )
  })
}

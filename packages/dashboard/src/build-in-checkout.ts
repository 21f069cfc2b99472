import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { warn } from '@skein/memory/runtime'

/**
 * Builds the page when running from sources; the published package contains it.
 * If the build fails, the page shows how to run it by hand.
 */
export async function buildInCheckout(): Promise<void> {
  const builder = new URL('../page/build.ts', import.meta.url)
  if (!import.meta.url.endsWith('.ts') || !existsSync(fileURLToPath(builder))) return
  try {
    const { ensurePage } = (await import(builder.href)) as { ensurePage: () => Promise<void> }
    await ensurePage()
  } catch (error) {
    warn(error)
  }
}

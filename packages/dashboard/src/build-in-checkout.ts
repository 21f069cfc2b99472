import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * Builds the page where the sources run as they are; the package brings it
 * along. When that fails, the page says how to build it by hand.
 */
export async function buildInCheckout(): Promise<void> {
  const builder = new URL('../page/build.ts', import.meta.url)
  if (!import.meta.url.endsWith('.ts') || !existsSync(fileURLToPath(builder))) return
  try {
    const { ensurePage } = (await import(builder.href)) as { ensurePage: () => Promise<void> }
    await ensurePage()
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error))
  }
}

/**
 * Embeds the Lua scripts of `@skein/redis` in a TypeScript module, so that they
 * are in the published package and survive bundlers, which would leave `.lua`
 * files behind: `pnpm embed-lua`, or `--check` to compare only.
 *
 * @module
 */

import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'

const folder = join(import.meta.dirname, '..', 'packages', 'redis', 'src', 'lua')
const modulePath = join(folder, 'scripts.generated.ts')

/** Whether the module holds what the `.lua` files hold. */
export function isEmbedded(): boolean {
  return readFileSync(modulePath, 'utf8') === moduleText()
}

function moduleText(): string {
  const scripts = globSync('*.lua', { cwd: folder }).toSorted().map(exportText)
  return `// Made of the .lua files of this folder by \`pnpm embed-lua\`: change those.\n/* oxlint-disable max-lines */\n\n${scripts.join('\n')}`
}

/** Line for line, comments included: what the server says about a line is true of the file. */
function exportText(file: string): string {
  const name = basename(file, '.lua').replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
  const text = readFileSync(join(folder, file), 'utf8').replaceAll(/[\\`]|\$\{/g, String.raw`\$&`)
  return `export const ${name}Script: string = \`${text}\`\n`
}

if (import.meta.main) {
  if (!process.argv.includes('--check')) writeFileSync(modulePath, moduleText())
  else if (!isEmbedded()) {
    process.stderr.write('The Lua scripts were changed and not embedded. Run `pnpm embed-lua`.\n')
    process.exitCode = 1
  }
}

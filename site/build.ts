/**
 * Builds the site into `site/dist`: the guides, the API, a search, and for programs that read it `llms.txt` and each page
 * as Markdown. Earlier versions go beside it, each in a folder of its name.
 *
 *     pnpm site [--base=/path/on/the/host/] [TAG…]
 *
 * @module
 */

import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

import { build } from 'astro'

import { writeForModels } from './for-models.ts'
import { homePage, pageOf, readGuides } from './guides.ts'
import { checkLinks } from './links.ts'
import { makeRelative } from './offline.ts'
import { buildVersion, versionsPage } from './versions.ts'

const { values, positionals: tags } = parseArgs({
  options: { base: { type: 'string', default: '/' } },
  allowPositionals: true,
})
const { base } = values
const here = import.meta.dirname
const root = join(here, '..')
const guideFolder = join(root, 'docs', 'guide')
const content = join(here, 'src', 'content', 'docs')
const dist = join(here, 'dist')
const { version } = JSON.parse(readFileSync(join(root, 'packages/memory/package.json'), 'utf8')) as { version: string }

// What was there before must not be published.
for (const folder of [content, dist]) rmSync(folder, { recursive: true, force: true })
mkdirSync(join(content, 'guide'), { recursive: true })
const guides = readGuides(guideFolder)
for (const guide of guides) writeFileSync(join(content, 'guide', `${guide.name}.md`), pageOf(guide))
writeFileSync(join(content, 'versions.md'), versionsPage(version, tags))
cpSync(join(guideFolder, 'images'), join(content, 'guide', 'images'), { recursive: true })
writeFileSync(join(content, 'index.md'), homePage(readFileSync(join(here, 'home.md'), 'utf8'), guides))

// Nothing is counted or sent.
process.env['ASTRO_TELEMETRY_DISABLED'] = '1'
process.env['SITE_BASE'] = base
await build({ root: here, logLevel: 'warn' })
makeRelative(dist, base)
writeForModels(content, dist, base, guides)
cpSync(join(guideFolder, 'images'), join(dist, 'guide', 'images'), { recursive: true })
for (const tag of tags) buildVersion(root, tag, `${base}${tag}/`, join(dist, tag))

const dead = checkLinks(dist)
console.log(dead.length === 0 ? `The site is in ${dist}. All of its links lead somewhere.` : dead.join('\n'))
process.exitCode = dead.length === 0 ? 0 : 1

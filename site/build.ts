/**
 * Builds the site into `site/dist`: the guides, the API, a search that needs no server, and for programs that read it
 * `llms.txt` and each guide as Markdown.
 *
 * @module
 */

import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { build } from 'astro'

import { writeForModels } from './for-models.ts'
import { pageOf, readGuides } from './guides.ts'
import { checkLinks } from './links.ts'
import { makeRelative } from './offline.ts'

const here = import.meta.dirname
const guideFolder = join(here, '..', 'docs', 'guide')
const content = join(here, 'src', 'content', 'docs')

rmSync(content, { recursive: true, force: true })
mkdirSync(join(content, 'guide'), { recursive: true })
const guides = readGuides(guideFolder)
for (const guide of guides) writeFileSync(join(content, 'guide', `${guide.name}.md`), pageOf(guide))
cpSync(join(guideFolder, 'images'), join(content, 'guide', 'images'), { recursive: true })
writeFileSync(join(content, 'index.md'), readFileSync(join(here, 'home.md'), 'utf8'))

// Nothing is counted or sent.
process.env['ASTRO_TELEMETRY_DISABLED'] = '1'
await build({ root: here, logLevel: 'warn' })
makeRelative(join(here, 'dist'))
writeForModels(join(here, 'dist'), guides)

const dead = checkLinks(join(here, 'dist'))
console.log(dead.length === 0 ? 'All links lead somewhere.' : dead.join('\n'))
process.exitCode = dead.length === 0 ? 0 : 1

/**
 * Three scrapers share a site: a claim gives each page to one of them, facts tell what is found and read. The site is
 * served here, and is asked once for each page. Run it: `node examples/recipes/scraping.ts`
 *
 * @module
 */

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { createFlock } from '@skein/core'
import type { ActivityContext } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import type { Claim, View } from '@skein/memory'

const links: Readonly<Record<string, string>> = { '/': '/a /b', '/a': '/b /c', '/b': '/ /d', '/c': '/d' }
let requests = 0
const site = createServer(({ url = '' }, response) => {
  requests += 1
  response.end(links[url]?.replaceAll(/\S+/g, (link) => `<a href="${link}">`))
})
await once(site.listen(0, '127.0.0.1'), 'listening')
const origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`

/** Reads the claimed page, unless somebody has read it meanwhile, and notes the pages that it links to. */
async function readPage(view: View, claim: Claim): Promise<void> {
  const page = await view.facts.read(`page${claim.task}`, { consistency: 'strong' })
  if (page?.value !== 'found') return
  const html = await (await fetch(origin + claim.task, { signal: claim.signal })).text()
  const found = Array.from(html.matchAll(/href="([^"]+)"/g), ([, link]) => `page${link}`)
  for (const key of found) await view.facts.update(key, (state) => state ?? 'found')
  await view.objects.put(html, { title: claim.task, claim })
  await view.facts.set(`page${claim.task}`, 'read', { claim })
}

/** Reads pages until none is left. */
async function scrape({ memory: view, signal }: ActivityContext): Promise<void> {
  for (;;) {
    const { items } = await view.facts.list({ prefix: 'page/' })
    const open = items.filter(({ value }) => value === 'found').map(({ key }) => key.slice('page'.length))
    if (open[0] === undefined) return
    let claim: Claim | undefined
    for (const path of open) claim ??= await view.claims.claim(path)
    // Where others hold all of them, wait for one: it may lead to more.
    const held = claim ?? (await view.claims.claim(open[0], { wait: true, signal }))
    if (held) await readPage(view, held).then(() => held.release())
  }
}

const memory = await openMemory({ store: mapStore() })
const flock = await createFlock({ memory })
const boss = memory.as({ id: 'boss', role: 'boss' })
await boss.facts.set('page/', 'found')
await Promise.all(['sam', 'sid', 'sue'].map((id) => flock.run(scrape, { as: { id, role: 'scraper' } })))
const { items } = await boss.facts.list({ prefix: 'page/' })
console.log(`${items.length} pages, ${requests} requests: ${items.map(({ key }) => key).join(' ')}`)
site.close()
await flock.close()
await memory.close()

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import starlight from '@astrojs/starlight'
import { defineConfig, passthroughImageService } from 'astro/config'
import starlightTypeDoc from 'starlight-typedoc'

import { apiNames } from './api-names.ts'
import { readEntryPoints, topicOrder } from './entry-points.ts'
import { sidebar } from './sidebar.ts'

const root = join(import.meta.dirname, '..')
const { version } = JSON.parse(readFileSync(join(root, 'packages/memory/package.json'), 'utf8')) as { version: string }

const api = starlightTypeDoc({
  entryPoints: readEntryPoints(root).map(({ file }) => join(root, file)),
  tsconfig: join(import.meta.dirname, 'tsconfig.api.json'),
  output: 'api',
  typeDoc: {
    name: 'API',
    // A plugin may be a function, whatever the type says.
    plugin: [apiNames(root) as unknown as string],
    externalSymbolLinkMappings: { '@langchain/langgraph-checkpoint': { DeltaChannelHistory: '#' } },
    excludeInternal: true,
    disableSources: true,
    // The compiler has checked the types already.
    skipErrorChecking: true,
    // By any other name, the pages of entry points would be left out.
    entryFileName: 'index',
    hideBreadcrumbs: false,
    indexFormat: 'table',
    parametersFormat: 'table',
    sort: ['kind', 'alphabetical'],
    kindSortOrder: ['Module', 'Function', 'Class', 'Variable', 'Interface', 'TypeAlias'],
    categoryOrder: [...topicOrder(root)],
  },
})
export default defineConfig({
  // Of the build: where the site stands on its host.
  base: process.env['SITE_BASE'] ?? '/',
  // Images stay as they are: nothing has to be compiled for this system.
  image: { service: passthroughImageService() },
  integrations: [
    starlight({
      title: `Skein ${version}`,
      description: 'A TypeScript framework for flocks of AI agents that share one memory.',
      social: [{ icon: 'github', label: 'Source', href: 'https://github.com/skein/skein' }],
      credits: false,
      pagination: false,
      sidebar,
      plugins: [api],
    }),
  ],
})

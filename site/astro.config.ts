import { join } from 'node:path'

import starlight from '@astrojs/starlight'
import { defineConfig, passthroughImageService } from 'astro/config'
import starlightTypeDoc, { typeDocSidebarGroup } from 'starlight-typedoc'

import typedoc from '../docs/typedoc.json' with { type: 'json' }
import { readGuides, sidebarOf } from './guides.ts'

const root = join(import.meta.dirname, '..')
const docs = join(root, 'docs')
const { entryPoints, externalSymbolLinkMappings } = typedoc

export default defineConfig({
  // Images stay as they are: nothing has to be compiled for this system.
  image: { service: passthroughImageService() },
  integrations: [
    starlight({
      title: 'Skein',
      description: 'A TypeScript framework for flocks of AI agents that share one memory.',
      credits: false,
      sidebar: [...sidebarOf(readGuides(join(docs, 'guide'))), typeDocSidebarGroup],
      plugins: [
        starlightTypeDoc({
          entryPoints: entryPoints.map((path) => join(docs, path)),
          tsconfig: join(docs, 'tsconfig.json'),
          output: 'api',
          sidebar: { label: 'API', collapsed: true },
          typeDoc: {
            excludeInternal: true,
            disableSources: true,
            readme: 'none',
            // The compiler has checked the types already.
            skipErrorChecking: true,
            treatWarningsAsErrors: true,
            externalSymbolLinkMappings,
          },
        }),
      ],
    }),
  ],
})

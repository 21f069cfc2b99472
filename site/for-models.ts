import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Guide } from './guides.ts'

/** Writes `llms.txt`, all guides in one file, and each guide as Markdown beside its page. See https://llmstxt.org. */
export function writeForModels(dist: string, guides: readonly Guide[]): void {
  const markdown = (guide: Guide): string => `# ${guide.title}\n\n${guide.body}\n`
  for (const guide of guides) {
    mkdirSync(join(dist, 'guide'), { recursive: true })
    writeFileSync(join(dist, 'guide', `${guide.name}.md`), markdown(guide))
  }
  writeFileSync(join(dist, 'llms.txt'), renderIndex(guides))
  writeFileSync(join(dist, 'llms-full.txt'), guides.map((guide) => markdown(guide)).join('\n'))
}

function renderIndex(guides: readonly Guide[]): string {
  const lines = guides.map(({ name, title, body }) => `- [${title}](guide/${name}.md): ${firstSentence(body)}`)
  return `# Skein

> A TypeScript framework for flocks of AI agents that share one memory.

## Guides

${lines.join('\n')}

## Optional

- [All guides in one file](llms-full.txt)
`
}

function firstSentence(body: string): string {
  const paragraph = body.split('\n\n').find((text) => /^[A-Z`*[]/.test(text)) ?? ''
  const plain = paragraph.replaceAll('\n', ' ').replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
  return /^.*?[.:](?= |$)/.exec(plain)?.[0].replace(/:$/, '.') ?? plain
}

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'

import { OptionError } from '@skein/memory'
import { ownFile } from '@skein/memory/runtime'

const names = ['cite', 'limit', 'summary', 'data', 'repair'] as const

/**
 * The prompts of this package. Each is a file in `prompts/` (`cite.md`, …) and can be
 * replaced.
 *
 * - `cite`: how to answer with cited sentences. Goes before the passages, so it should be the same for all questions.
 * - `limit`: how long the answer may be; goes after the question. `{{maxSentences}}` is replaced by the number.
 * - `summary`: what to do with passages without a question.
 * - `data`: how to treat quoted data; precedes the data.
 * - `repair`: how to correct a faulty answer; `{{faults}}` is replaced by the list of faults.
 */
export type PromptTexts = { readonly [Name in (typeof names)[number]]?: string }

/** All prompts; this package provides those that are not replaced. */
export function resolvePrompts(replaced: PromptTexts = {}): Required<PromptTexts> {
  own ??= readPrompts(ownFile('@skein/core', import.meta.url, 'prompts', '../../prompts/')) as Required<PromptTexts>
  return { ...own, ...replaced }
}
let own: Required<PromptTexts> | undefined

/**
 * Reads prompts from a folder of your own: any of `cite.md`, `limit.md`, `summary.md`,
 * `data.md` and `repair.md`.
 *
 * @throws OptionError when the folder has none of them.
 */
export function readPrompts(folder: string | URL): PromptTexts {
  const path = typeof folder === 'string' ? folder : fileURLToPath(folder)
  const found = names.flatMap((name) => {
    const text = readIfThere(join(path, `${name}.md`))
    return text === undefined ? [] : [[name, text.trim()] as const]
  })
  if (found.length === 0)
    throw new OptionError('prompts', `a folder with at least one of ${names.join('.md, ')}.md`, path)
  return Object.fromEntries(found)
}

/** Replaces the `{{placeholders}}` of a prompt by values. */
export function fillIn(prompt: string, values: Readonly<Record<string, string | number>>): string {
  return prompt.replaceAll(/\{\{(\w+)\}\}/g, (placeholder, name: string) => String(values[name] ?? placeholder))
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

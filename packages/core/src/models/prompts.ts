import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'

import { OptionError } from '@skein/memory'

const names = ['cite', 'summary', 'data', 'repair'] as const

/**
 * The texts that this package puts before a model. Each lies in a file of
 * `prompts/` (`cite.md`, …) and can be replaced.
 *
 * - `cite`: how to answer with cited sentences; `{{maxSentences}}` stands for their number.
 * - `summary`: what to do with passages when nothing is asked.
 * - `data`: what quoted data is, told wherever there is some.
 * - `repair`: what to do about a faulty answer; `{{faults}}` stands for the list of its faults.
 */
export type PromptTexts = { readonly [Name in (typeof names)[number]]?: string }

/** All the texts, those that were not replaced from this package. */
export function resolvePrompts(replaced: PromptTexts = {}): Required<PromptTexts> {
  own ??= readPrompts(new URL('../../prompts/', import.meta.url)) as Required<PromptTexts>
  return { ...own, ...replaced }
}
let own: Required<PromptTexts> | undefined

/**
 * Reads prompts from a folder of your own: those of `cite.md`, `summary.md`,
 * `data.md` and `repair.md` that are there.
 *
 * @throws OptionError when none of them is.
 */
export function readPrompts(folder: string | URL): PromptTexts {
  const path = typeof folder === 'string' ? folder : fileURLToPath(folder)
  const found = names.flatMap((name) => {
    const text = readIfThere(join(path, `${name}.md`))
    return text === undefined ? [] : [[name, text.trim()] as const]
  })
  if (found.length === 0)
    throw new OptionError('prompts', `a folder with ${names.join('.md, ')}.md, or some of them`, path)
  return Object.fromEntries(found)
}

/** Puts values in the places of a prompt. */
export function fillIn(prompt: string, values: Readonly<Record<string, string | number>>): string {
  return prompt.replaceAll(/\{\{(\w+)\}\}/g, (place, name: string) => String(values[name] ?? place))
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = join(import.meta.dirname, 'corpus/languages')

/** A text whose sentences are known: in the files, each stands on a line of its own. */
export interface KnownText {
  readonly language: string
  /** Headings and paragraphs in order; a heading is a paragraph of one sentence. */
  readonly paragraphs: readonly (readonly string[])[]
  readonly sentences: readonly string[]
}

/** Languages of the texts. */
export const languages: readonly string[] = readdirSync(folder)
  .filter((name) => /^[a-z]+\.txt$/.test(name))
  .map((name) => name.slice(0, -4))

/** Reads the text in a language. */
export function knownText(language: string): KnownText {
  const paragraphs = readFileSync(join(folder, `${language}.txt`), 'utf8')
    .trim()
    .split(/\n(?=\n)|(?<=^# .*)\n/m)
    .map((paragraph) => paragraph.trim().split('\n'))
  const sentences = paragraphs.flat().filter((line) => !line.startsWith('# '))
  return { language, paragraphs, sentences }
}

/** A question, and a part of the sentence that answers it; `''` where nothing does. */
export interface KnownQuestion {
  readonly question: string
  readonly answer: string
}

/** Reads the questions about the text in a language. */
export function knownQuestions(language: string): KnownQuestion[] {
  return readFileSync(join(folder, `${language}.questions.txt`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => {
      const [question = '', answer = ''] = line.split(' =>')
      return { question, answer: answer.trim() }
    })
}

/** Joins sentences, breaking lines where they get wider than a page. */
export function wrapped(sentences: readonly string[], language: string, width: number, indent = ''): string {
  const isUnspaced = language === 'ja' || language === 'zh'
  const text = sentences.join(isUnspaced ? '' : ' ')
  // Lines begin with no closing mark, and end with no opening one.
  const units = isUnspaced
    ? (text.match(/[「“（《]?(?:[A-Za-z0-9.,]+|.)[。、，；：！？」”）》…]*/gu) ?? [])
    : text.split(' ')
  const lines: string[] = []
  let line = ''
  for (const unit of units) {
    const longer = line === '' ? unit : `${line}${isUnspaced ? '' : ' '}${unit}`
    if (columns(indent + longer) > width && line !== '') {
      lines.push(line)
      line = unit
    } else line = longer
  }
  return [...lines, line].map((one) => indent + one).join('\n')
}

function columns(text: string): number {
  return Array.from(text).reduce((sum, char) => sum + (/[\u2E80-\u9FFF\uFF00-\uFF60]/.test(char) ? 2 : 1), 0)
}

/** A text without its white space, which wrapping changes. */
export function bare(text: string): string {
  return text.replaceAll(/\s+/g, '')
}

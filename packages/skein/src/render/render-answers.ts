import { styleText } from 'node:util'
import type { WriteStream } from 'node:tty'

import { plainText } from '@skein/memory/runtime'

import type { AnswerPlace, MemoryAnswer } from '../asking/answer-from-memory.ts'
import type { Holdings } from '../asking/holdings.ts'
import { countIn, countOf } from '../terminal/amounts.ts'
import { numberText } from '../terminal/number-text.ts'

/** Renders what a memory says about questions, each sentence with its places. */
export function renderAnswers(answers: readonly MemoryAnswer[], holdings: Holdings, stream: WriteStream): string {
  const blocks = answers.map(({ question, sentences }) => {
    const lines = sentences.map(({ text, citations }) => {
      const places = styleText('dim', `[${citations.map(placeText).join(', ')}]`, { stream })
      return `  • ${plainText(text.replaceAll(/\s+/g, ' '))} ${places}`
    })
    const said = lines.length > 0 ? lines : [`  Nothing was found that answers this. ${holdingsText(holdings)}`]
    return [styleText('bold', plainText(question), { stream }), ...said].join('\n')
  })
  return blocks.join('\n\n')
}

const stateNotes = { same: '', changed: ', changed since', gone: ', gone', unknown: '' } as const

function placeText(place: AnswerPlace): string {
  if ('source' in place) return `${plainText(place.source)}:${place.start}-${place.end}${stateNotes[place.state]}`
  return plainText(`${place.collection}/${place.id} by ${place.author}`)
}

const maxNamed = 5

function holdingsText({ files, records }: Holdings): string {
  const named = files.slice(0, maxNamed).map((file) => plainText(file))
  const more = files.length > maxNamed ? [`${numberText(files.length - maxNamed)} more`] : []
  const fileList = files.length === 0 ? [] : [`${countOf(files.length, 'file')} (${[...named, ...more].join(', ')})`]
  const counts = records.map(({ collection, count, isMore }) => countIn(collection, count, isMore))
  return `The memory holds ${new Intl.ListFormat('en').format([...fileList, ...counts])}.`
}

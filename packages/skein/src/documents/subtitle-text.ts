import { TextBuilder } from './placed-text.ts'
import type { PlacedText } from './placed-text.ts'

const time = /^(?:\d{1,3}:)?\d{1,2}:\d\d[.,]\d{2,3}\s+-->\s+/

/** Turns subtitles (SubRip, WebVTT) into the text that is spoken: without numbers, times, notes and tags. A dash begins another speaker. */
export function subtitleText(subtitles: string): Required<PlacedText> {
  const out = new TextBuilder()
  let isCaption = false
  for (const { 0: line, index } of subtitles.matchAll(/[^\r\n]+|\r\n|\n|\r/g)) {
    if (/^[\r\n]/.test(line)) continue
    const rest = subtitles.slice(index + line.length)
    if (time.test(line)) isCaption = true
    else if (/^(?:WEBVTT|NOTE|STYLE|REGION)\b/.test(line)) isCaption = false
    else if (isCaption && !isNumber(rest)) takeLine(out, line, index)
  }
  return out.placed
}

/** Whether a line is the number of a caption, which stands right above its time. */
function isNumber(rest: string): boolean {
  const next = /^(?:\r\n|\n|\r)([^\r\n]*)/.exec(rest)?.[1] ?? ''
  return time.test(next)
}

function takeLine(out: TextBuilder, line: string, from: number): void {
  if (!out.isEmpty) out.add(/^\s*[-–—]\s/.test(line) ? '\n\n' : ' ')
  for (const { 0: piece, index } of line.matchAll(/<[^<>]*>|\{\\[^{}]*\}|[^<{]+|[<{]/g)) {
    if (!/^(?:<[^<>]+>|\{\\)/.test(piece)) out.take(piece, from + index, piece.length)
  }
}

/** Whether a text is subtitles. */
export function isSubtitles(text: string): boolean {
  return /^\uFEFF?(?:WEBVTT\b|\s*\d+\s*\r?\n(?:\d{1,3}:)?\d{1,2}:\d\d[.,]\d{2,3}\s+-->\s)/.test(text.slice(0, 200))
}

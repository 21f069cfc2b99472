import { TextBuilder } from './placed-text.ts'
import type { PlacedText } from './placed-text.ts'

/** Of SubRip and WebVTT (`00:01:02,500 --> `), or of YouTube (`0:01:02.500,0:01:04.000`). */
const time = /^(?:\d{1,3}:)?\d{1,2}:\d\d[.,]\d{2,3}(?:\s+-->\s+|,\d{1,2}:\d\d:\d\d\.\d{3}$)/
/** What is heard, and songs: `[wind howling]`, `♪ Down by the sea ♪`. */
const sound = /^(?:\[[^[\]]*\]|\([^()]*\)|[♪♫#][^♪♫]*[♪♫#]?)$/
/** Of SubStation Alpha: nine fields stand before what is said. */
const dialogue = /^Dialogue:(?:[^,]*,){9}/

/** Turns subtitles into the text that is spoken: without numbers, times, notes and tags. A dash begins another speaker. */
export function subtitleText(subtitles: string): Required<PlacedText> {
  const out = new TextBuilder()
  const isAlpha = subtitles.slice(0, 200).includes('[Script Info]')
  let isCaption = false
  for (const { 0: line, index } of subtitles.matchAll(/[^\r\n]+|\r\n|\n|\r/g)) {
    if (/^[\r\n]/.test(line)) continue
    if (isAlpha) {
      const fields = dialogue.exec(line)?.[0].length ?? 0
      if (fields > 0) takeLine(out, line.slice(fields), index + fields)
      continue
    }
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
  const isSound = sound.test(line.trim())
  if (!out.isEmpty && !out.endsWith('\n')) out.add(isSound || /^\s*[-–—]\s/.test(line) ? '\n\n' : ' ')
  for (const { 0: piece, index } of line.matchAll(/<[^<>]*>|\{\\[^{}]*\}|\\[Nnh]|[^<{\\]+|[<{\\]/g)) {
    if (/^\\[Nnh]$/.test(piece)) out.take(' ', from + index, piece.length)
    else if (!/^(?:<[^<>]+>|\{\\)/.test(piece)) out.take(piece, from + index, piece.length)
  }
  if (isSound) out.add('\n\n')
}

/** Whether a text is subtitles. */
export function isSubtitles(text: string): boolean {
  return /^\uFEFF?(?:WEBVTT\b|\[Script Info\]|\d{1,2}:\d\d:\d\d\.\d{3},\d{1,2}:\d\d:\d\d\.\d{3}\s|\s*\d+\s*\r?\n(?:\d{1,3}:)?\d{1,2}:\d\d[.,]\d{2,3}\s+-->\s)/.test(
    text.slice(0, 200),
  )
}

import { figure } from '../figures.ts'
import type { Measured } from '../judge.ts'
import type { Answer } from '../runner.ts'
import { linear, logarithmic } from './axis.ts'
import { isOurs } from './ours.ts'

const rowHeight = 26
const top = 62
/** Width of the plot, and of the space right of it for the last figure. */
const plot = 400
const right = 90

/**
 * Draws an answer as an SVG: a mark for each median, and a line for the middle
 * half of the turns. Ours are diamonds and all others circles, so that no
 * information depends on color. The figures stand beside the marks.
 */
export function chart({
  question,
  unit,
  kind,
  measured,
}: Pick<Answer, 'question' | 'unit' | 'kind' | 'measured'>): string {
  const left = Math.max(160, ...measured.map(({ name }) => 28 + name.length * 7.3))
  const width = Math.ceil(left + plot + right)
  const values = measured.flatMap(({ median, quartiles }) => [median, ...quartiles])
  const scale = (kind === 'count' ? linear : logarithmic)(values, left, left + plot)
  const bottom = top + measured.length * rowHeight
  const rows = measured.map((one, index) => row(one, top + index * rowHeight + rowHeight / 2, left, scale.at, kind))
  const lines = scale.ticks.map((value) => {
    const x = scale.at(value).toFixed(1)
    return `<line class="grid" x1="${x}" x2="${x}" y1="${top}" y2="${bottom}"/><text class="tick" x="${x}" y="${bottom + 16}" text-anchor="middle">${figure(value, kind)}</text>`
  })
  const said = measured.map(({ name, median }) => `${name}: ${figure(median, kind)}`).join('; ')
  const height = bottom + 44
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title desc">
<title id="title">${escape(question)}: ${escape(unit)}</title>
<desc id="desc">Medians. ${escape(said)}.</desc>
<style>
svg { --ink: #1f2328; --soft: #57606a; --line: #d8dee4; --ours: #0757ba; --other: #57606a; --back: #ffffff; font: 13px system-ui, sans-serif }
@media (prefers-color-scheme: dark) { svg { --ink: #e6edf3; --soft: #9da7b3; --line: #343b44; --ours: #79b8ff; --other: #9da7b3; --back: #0d1117 } }
.back { fill: var(--back) } text { fill: var(--ink) } .head { font-size: 15px; font-weight: 600 } .unit, .tick { fill: var(--soft) } .tick { font-size: 11px }
.grid { stroke: var(--line) } .ours { fill: var(--ours); stroke: var(--ours) } .other { fill: var(--other); stroke: var(--other) } .name.ours, .name.other { stroke: none; fill: var(--ink) } .name.ours { font-weight: 600 }
</style>
<rect class="back" width="${width}" height="${height}"/>
<text class="head" x="12" y="24">${escape(question)}</text>
<text class="unit" x="12" y="44">${escape(cut(unit, Math.floor(width / 6.9)))}</text>
${lines.join('\n')}
${rows.join('\n')}
<text class="tick" x="12" y="${bottom + 36}">◆ ours · ● others · line: middle half of the turns · left is better${kind === 'count' ? '' : ' · logarithmic'}</text>
</svg>
`
}

function row(
  { name, median, quartiles }: Measured,
  y: number,
  left: number,
  at: (value: number) => number,
  kind: Answer['kind'],
): string {
  const own = isOurs(name)
  const [x, low, high] = [median, ...quartiles].map((value) => at(value)) as [number, number, number]
  const style = own ? 'ours' : 'other'
  const mark = own
    ? `<path class="ours" d="M${(x - 6).toFixed(1)} ${y}L${x.toFixed(1)} ${y - 6}L${(x + 6).toFixed(1)} ${y}L${x.toFixed(1)} ${y + 6}Z"/>`
    : `<circle class="other" cx="${x.toFixed(1)}" cy="${y}" r="5"/>`
  return [
    `<text class="name ${style}" x="${(left - 16).toFixed(1)}" y="${y + 4}" text-anchor="end">${escape(name)}</text>`,
    `<line class="${style}" stroke-width="2" x1="${low.toFixed(1)}" x2="${high.toFixed(1)}" y1="${y}" y2="${y}"/>`,
    mark,
    `<text x="${(Math.max(x, high) + 12).toFixed(1)}" y="${y + 4}">${figure(median, kind)}</text>`,
  ].join('')
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

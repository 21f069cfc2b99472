import type { Point } from './chart-layout.ts'

const headLength = 8
const headWidth = 7

/** The path of a line through some points, rounded at each of them. */
export function linePath(points: readonly Point[]): string {
  const [first, ...rest] = points
  const last = rest.at(-1)
  if (!first || !last) return ''
  const turns = rest.slice(0, -1).map((point, index) => {
    const next = rest[index + 1] ?? point
    const [x, y] = [(point.x + next.x) / 2, (point.y + next.y) / 2]
    return `Q${number(point.x)} ${number(point.y)} ${number(x)} ${number(y)}`
  })
  return `M${number(first.x)} ${number(first.y)}${turns.join('')}L${number(last.x)} ${number(last.y)}`
}

/** The path of an arrow's head at the end of a line. */
export function headPath(points: readonly Point[]): string {
  const [before, end] = points.slice(-2)
  if (!before || !end) return ''
  const length = Math.hypot(end.x - before.x, end.y - before.y) || 1
  const [dx, dy] = [(end.x - before.x) / length, (end.y - before.y) / length]
  const [x, y] = [end.x - dx * headLength, end.y - dy * headLength]
  const [sx, sy] = [(-dy * headWidth) / 2, (dx * headWidth) / 2]
  return `M${number(end.x)} ${number(end.y)}L${number(x + sx)} ${number(y + sy)}L${number(x - sx)} ${number(y - sy)}Z`
}

function number(value: number): string {
  return value.toFixed(1)
}

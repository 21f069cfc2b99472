const cache = new Map<string, CanvasPattern>()
const size = 6

/** A fill of stripes or dots in a color, so that color alone carries no meaning. */
export function barPattern(
  context: CanvasRenderingContext2D,
  color: string,
  pattern: number | 'crossed',
): CanvasPattern | string {
  const name = `${color} ${pattern}`
  const known = cache.get(name)
  if (known) return known
  const tile = document.createElement('canvas')
  tile.width = tile.height = size
  const pen = tile.getContext('2d')
  if (!pen) return color
  pen.globalAlpha = 0.42
  pen.fillStyle = color
  pen.fillRect(0, 0, size, size)
  pen.globalAlpha = 0.9
  pen.strokeStyle = color
  pen.beginPath()
  if (pattern === 1 || pattern === 'crossed') diagonal(pen, 1)
  if (pattern === 2 || pattern === 'crossed') diagonal(pen, -1)
  if (pattern === 3) pen.rect(2, 2, 1, 1)
  pen.stroke()
  const made = context.createPattern(tile, 'repeat')
  if (!made) return color
  cache.set(name, made)
  return made
}

/** Drawn beyond the corners too, so that tiles join seamlessly. */
function diagonal(pen: CanvasRenderingContext2D, way: 1 | -1): void {
  for (const shift of [-size, 0, size]) {
    pen.moveTo(shift, way === 1 ? size : 0)
    pen.lineTo(shift + size, way === 1 ? 0 : size)
  }
}

const kept = new Map<string, CanvasPattern>()
const size = 6

/** A filling of stripes, dots or both in a colour: told apart without the colour, too. */
export function barPattern(
  context: CanvasRenderingContext2D,
  colour: string,
  pattern: number | 'crossed',
): CanvasPattern | string {
  const name = `${colour} ${pattern}`
  const known = kept.get(name)
  if (known) return known
  const tile = document.createElement('canvas')
  tile.width = tile.height = size
  const pen = tile.getContext('2d')
  if (!pen) return colour
  pen.globalAlpha = 0.42
  pen.fillStyle = colour
  pen.fillRect(0, 0, size, size)
  pen.globalAlpha = 0.9
  pen.strokeStyle = colour
  pen.beginPath()
  if (pattern === 1 || pattern === 'crossed') diagonal(pen, 1)
  if (pattern === 2 || pattern === 'crossed') diagonal(pen, -1)
  if (pattern === 3) pen.rect(2, 2, 1, 1)
  pen.stroke()
  const made = context.createPattern(tile, 'repeat')
  if (!made) return colour
  kept.set(name, made)
  return made
}

/** Over the corners too, so that tiles join. */
function diagonal(pen: CanvasRenderingContext2D, way: 1 | -1): void {
  for (const shift of [-size, 0, size]) {
    pen.moveTo(shift, way === 1 ? size : 0)
    pen.lineTo(shift + size, way === 1 ? 0 : size)
  }
}

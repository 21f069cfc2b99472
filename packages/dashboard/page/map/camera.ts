/** A rectangle of the map. */
export interface Bounds {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

const minZoom = 0.12
const maxZoom = 6
/** The camera zooms in no further by itself. */
const maxFollowZoom = 4
/** Room on the screen for the names of groups, above them and below, in pixels. */
const room = 48

/** The visible part of the map. It keeps the whole flock visible until the user pans or zooms. */
export class Camera {
  x = 0
  y = 0
  zoom = 1
  /** Whether it keeps the whole flock visible by itself. */
  isFollowing = true
  width = 1
  height = 1
  #isPlaced = false

  toScreen(x: number, y: number): readonly [number, number] {
    return [(x - this.x) * this.zoom + this.width / 2, (y - this.y) * this.zoom + this.height / 2]
  }

  toMap(x: number, y: number): readonly [number, number] {
    return [(x - this.width / 2) / this.zoom + this.x, (y - this.height / 2) / this.zoom + this.y]
  }

  pan(dx: number, dy: number): void {
    this.isFollowing = false
    this.x -= dx / this.zoom
    this.y -= dy / this.zoom
  }

  /** Zooms around a point of the screen. */
  zoomAt(factor: number, screenX: number = this.width / 2, screenY: number = this.height / 2): void {
    this.isFollowing = false
    const [x, y] = this.toMap(screenX, screenY)
    this.zoom = Math.min(maxZoom, Math.max(minZoom, this.zoom * factor))
    this.x = x - (screenX - this.width / 2) / this.zoom
    this.y = y - (screenY - this.height / 2) / this.zoom
  }

  /** Moves one step towards showing all of the bounds, or all the way the first time. Returns whether it moved. */
  follow({ left, top, right, bottom }: Bounds, isAtOnce: boolean): boolean {
    if (!this.isFollowing || !(right > left)) return false
    const zoom = Math.min(
      maxFollowZoom,
      Math.max(
        minZoom,
        Math.min((this.width - room) / (right - left + 20), (this.height - room) / (bottom - top + 20)),
      ),
    )
    const step = isAtOnce || !this.#isPlaced ? 1 : 0.05
    const [dx, dy, dz] = [(left + right) / 2 - this.x, (top + bottom) / 2 - this.y, zoom - this.zoom]
    this.x += dx * step
    this.y += dy * step
    this.zoom += dz * step
    this.#isPlaced = true
    return Math.abs(dx) + Math.abs(dy) > 0.5 || Math.abs(dz) > 0.002
  }
}

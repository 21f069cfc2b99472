import type { Palette } from '../ui/palette.ts'
import type { Camera } from './camera.ts'
import type { FlockLayout } from './flock-layout.ts'
import type { ThreadPool } from './shown-links.ts'

/** What is pointed at, or was chosen. */
export interface Pick {
  readonly kind: 'agent' | 'record'
  readonly id: string
}

/** All that one picture of the map is made from. */
export interface MapPicture {
  readonly layout: FlockLayout
  readonly pool: ThreadPool
  readonly camera: Camera
  readonly palette: Palette
  readonly picks: readonly (Pick | undefined)[]
  readonly now: number
  /** Whether motion is not wanted. */
  readonly isCalm: boolean
}

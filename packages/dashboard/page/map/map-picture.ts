import type { Palette } from '../ui/palette.ts'
import type { Camera } from './camera.ts'
import type { FlockLayout } from './flock-layout.ts'
import type { ShownLinks } from './shown-links.ts'

/** A hovered or selected agent or record. */
export interface Pick {
  readonly kind: 'agent' | 'record'
  readonly id: string
}

/** Everything that one frame of the map shows. */
export interface MapPicture {
  readonly layout: FlockLayout
  readonly links: ShownLinks
  readonly camera: Camera
  readonly palette: Palette
  readonly picks: readonly (Pick | undefined)[]
  readonly now: number
  /** Whether nothing may move. */
  readonly isStill: boolean
}

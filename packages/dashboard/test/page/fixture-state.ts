import type { Scene } from '../../page/state/scene.ts'
import type { InboxDetail, SceneEvent, Session } from '../../src/protocol/protocol.ts'
import type { FixtureEvent } from './fixture-flock.ts'

/** What the fixture holds beside its events; tests put in what they need. */
export interface FixtureContents {
  /** Values of records by `<collection>/<id>`, as JSON text; objects' contents as text. */
  readonly values: Map<string, string>
  readonly contents: Map<string, string>
  readonly inbox: Map<string, InboxDetail>
}

/** What the answers of the fixture are made from. */
export interface FixtureState {
  readonly scene: Scene
  readonly events: readonly SceneEvent[]
  readonly contents: FixtureContents
  readonly session: Session
  emit(events: readonly FixtureEvent[]): void
}

import type { RunRow } from '../../src/protocol/protocol.ts'
import { playPeriod } from '../replay/replay-clock.ts'
import { markedRange } from '../state/marked-range.ts'
import { history, tracks } from '../state/page-state.ts'
import { goTo, linkTo } from '../state/route.ts'
import { FoldedTime } from '../timeline/folded-time.ts'
import { visibleWindow } from '../timeline/timeline-window.ts'

/** Replays a run on the map. */
export function showOnMap({ startedAt, endedAt = history.head.at }: RunRow): void {
  goTo(linkTo('map'))
  playPeriod(startedAt, endedAt)
}

/** Shows the part of the timeline in which a run lasted, and marks it: exports are of this period then. */
export function showOnTimeline({ startedAt, endedAt = history.head.at }: RunRow): void {
  const folded = new FoldedTime(tracks.spans)
  const [from, to] = [folded.toFolded(startedAt), folded.toFolded(endedAt)]
  visibleWindow.value = { end: to, length: Math.max(1_000, to - from) }
  markedRange.value = { from: startedAt, to: endedAt }
  goTo(linkTo('timeline'))
}

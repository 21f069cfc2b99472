import type { SceneEvent } from '../protocol/protocol.ts'

/** An event with names, times and figures alone: without what records, inputs, messages or errors say. */
export function withoutTexts(event: SceneEvent): SceneEvent {
  switch (event.type) {
    case 'agent': {
      const { note: _, ...rest } = event
      return rest
    }
    case 'activity': {
      const { title: _, note: __, ...rest } = event
      return rest
    }
    case 'written':
      return { ...event, title: '', tags: [] }
    case 'dead-letter':
      return { ...event, messageType: '' }
    default:
      return event
  }
}

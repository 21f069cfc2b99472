import type { RecordRow } from '../../src/protocol/protocol.ts'
import type { SceneRecord } from '../state/scene.ts'

/** Converts a record of a scene to its row in a list. */
export function sceneRow(record: SceneRecord): RecordRow {
  const { collection, id, version, author, task, tags, label, title, createdAt, writtenAt, expiresAt } = record
  return {
    collection,
    id,
    version,
    author,
    tags,
    label,
    title,
    createdAt,
    updatedAt: writtenAt,
    ...(task !== undefined && { task }),
    ...(expiresAt !== undefined && { expiresAt }),
  }
}

/** How sensitive a record is. */
export interface SceneLabel {
  readonly sensitivity: 'public' | 'internal' | 'confidential'
  readonly compartments: readonly string[]
}

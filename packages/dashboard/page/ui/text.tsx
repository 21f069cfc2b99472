import type { VNode } from 'preact'

import { cut } from './plain.ts'

/** Options of {@link Text}. */
export interface TextProps {
  readonly of: string
  /** In UTF-16 units; a longer text is cut. */
  readonly maxLength?: number
  readonly class?: string
}

/** A text of agents: escaped, on one line, cut, and isolated in its writing direction. */
export function Text({ of, maxLength = 120, class: name }: TextProps): VNode {
  return (
    <bdi class={name} title={of.length > maxLength ? cut(of, 400) : undefined}>
      {cut(of, maxLength)}
    </bdi>
  )
}

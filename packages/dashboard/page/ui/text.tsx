import type { VNode } from 'preact'

import { cut } from './plain.ts'

/** Text from outside: escaped, on one line, cut, and turned in no direction but its own. */
export function Text({ of, most = 120, class: name }: { of: string; most?: number; class?: string }): VNode {
  return (
    <bdi class={name} title={of.length > most ? cut(of, 400) : undefined}>
      {cut(of, most)}
    </bdi>
  )
}

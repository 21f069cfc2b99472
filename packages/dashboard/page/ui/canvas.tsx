import { effect } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

import { pulse } from '../state/page-state.ts'
import { isCalm, palette } from './theme.ts'

/** What is drawn on: sizes in CSS pixels, `scale` device pixels for each. */
export interface Surface {
  readonly context: CanvasRenderingContext2D
  readonly width: number
  readonly height: number
  readonly scale: number
}

/** Draws once; answers whether there is more to draw although nothing new came in. */
export type Draw = (surface: Surface, frameAt: number) => boolean

/** Options of {@link Canvas}. */
export interface CanvasProps {
  readonly draw: Draw
  /** What it shows, for who can't see it. */
  readonly label: string
  readonly class?: string
  /** It shows nothing of the scene, and is drawn again only for another size or theme. */
  readonly isStill?: boolean
  readonly onReady?: (canvas: HTMLCanvasElement, redraw: () => void) => (() => void) | undefined
}

/** Without motion a drawing follows what comes in so often, in milliseconds. */
const calmMs = 1_000
/** What is drawn also changes with time alone: at rest it is looked at so often, in milliseconds. */
const restMs = 1_000

/**
 * A canvas as large as its place, sharp on every screen. It is drawn when the
 * scene or its size changed, and from then on each frame for as long as `draw`
 * says that something moves.
 */
export function Canvas({ draw, label, class: name, isStill = false, onReady }: CanvasProps): VNode {
  const element = useRef<HTMLCanvasElement>(null)
  const latest = useRef(draw)
  latest.current = draw
  useEffect(() => {
    const canvas = element.current
    const context = canvas?.getContext('2d', { alpha: false })
    if (!canvas || !context) return
    let frame = 0
    let drawnAt = 0
    let resting: ReturnType<typeof setTimeout> | undefined
    const paint = (frameAt: number): void => {
      frame = 0
      clearTimeout(resting)
      if (isCalm.peek() && frameAt - drawnAt < calmMs) return later()
      drawnAt = frameAt
      const scale = devicePixelRatio
      const { clientWidth: width, clientHeight: height } = canvas
      const [wide, high] = [Math.round(width * scale), Math.round(height * scale)]
      if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, { width: wide, height: high })
      context.setTransform(scale, 0, 0, scale, 0, 0)
      if (latest.current({ context, width, height, scale }, frameAt)) later()
      else if (!isStill) resting = setTimeout(later, restMs)
    }
    const later = (): void => {
      frame ||= requestAnimationFrame(paint)
    }
    /** For what a person did: at once, motion or not. */
    const redraw = (): void => {
      drawnAt = 0
      later()
    }
    const resized = new ResizeObserver(redraw)
    resized.observe(canvas)
    const stop = effect(() => {
      void [isStill || pulse.value, palette.value, isCalm.value]
      later()
    })
    const leave = onReady?.(canvas, redraw)
    return () => {
      stop()
      leave?.()
      resized.disconnect()
      cancelAnimationFrame(frame)
      clearTimeout(resting)
    }
  }, [])
  return <canvas ref={element} class={name} role="img" aria-label={label} />
}

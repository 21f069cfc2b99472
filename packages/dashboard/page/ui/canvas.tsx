import { effect } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

import { palette, prefersReducedMotion } from './theme.ts'

/** What is drawn on: sizes in CSS pixels, with `scale` device pixels for each. */
export interface Surface {
  readonly context: CanvasRenderingContext2D
  readonly width: number
  readonly height: number
  readonly scale: number
}

/** Draws one frame; returns whether something is moving, so that the next frame must be drawn too. */
export type Draw = (surface: Surface, frameAt: number) => boolean

/** Options of {@link Canvas}. */
export interface CanvasProps {
  readonly draw: Draw
  /** Describes the drawing to screen readers. */
  readonly label: string
  readonly class?: string
  /** Grows with each change of the data. Without it, the canvas is drawn again only for another size or theme. */
  readonly revision?: ReadonlySignal<number>
  readonly onReady?: (canvas: HTMLCanvasElement, redraw: () => void) => (() => void) | undefined
}

/** With reduced motion, least time between two drawings, in milliseconds. */
const reducedMotionMs = 1_000
/** Drawings of data also change with time: they are drawn at least this often, in milliseconds. */
const idleRedrawMs = 1_000

/**
 * A canvas that fills its box and is sharp on every screen. It is drawn when its
 * data or size change, and from then on every frame as long as `draw` returns
 * that something moves.
 */
export function Canvas({ draw, label, class: name, revision, onReady }: CanvasProps): VNode {
  const element = useRef<HTMLCanvasElement>(null)
  const latestDraw = useRef(draw)
  latestDraw.current = draw
  useEffect(() => {
    const canvas = element.current
    const context = canvas?.getContext('2d', { alpha: false })
    if (!canvas || !context) return
    let frame = 0
    let drawnAt = 0
    let idleTimer: ReturnType<typeof setTimeout> | undefined
    const paint = (frameAt: number): void => {
      frame = 0
      clearTimeout(idleTimer)
      if (prefersReducedMotion.peek() && frameAt - drawnAt < reducedMotionMs) return schedule()
      drawnAt = frameAt
      const scale = devicePixelRatio
      const { clientWidth: width, clientHeight: height } = canvas
      const [pixelWidth, pixelHeight] = [Math.round(width * scale), Math.round(height * scale)]
      if (canvas.width !== pixelWidth || canvas.height !== pixelHeight) {
        Object.assign(canvas, { width: pixelWidth, height: pixelHeight })
      }
      context.setTransform(scale, 0, 0, scale, 0, 0)
      if (latestDraw.current({ context, width, height, scale }, frameAt)) schedule()
      else if (revision) idleTimer = setTimeout(schedule, idleRedrawMs)
    }
    const schedule = (): void => {
      frame ||= requestAnimationFrame(paint)
    }
    /** For the user's own actions: at once, even with reduced motion. */
    const redraw = (): void => {
      drawnAt = 0
      schedule()
    }
    const resized = new ResizeObserver(redraw)
    resized.observe(canvas)
    const stop = effect(() => {
      void [revision?.value, palette.value, prefersReducedMotion.value]
      schedule()
    })
    const cleanUp = onReady?.(canvas, redraw)
    return () => {
      stop()
      cleanUp?.()
      resized.disconnect()
      cancelAnimationFrame(frame)
      clearTimeout(idleTimer)
    }
  }, [])
  return <canvas ref={element} class={name} role="img" aria-label={label} />
}

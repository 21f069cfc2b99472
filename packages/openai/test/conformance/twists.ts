import { answer, isStream } from './served.ts'
import type { Asked, Served, Twist } from './served.ts'

export const ok = '✓'

/** A twist of texts alone: vectors come as they should. */
export const twisted =
  (twist: Twist) =>
  (asked: Asked): Served =>
    answer(asked, twist)
/** A twist of streams alone. */
export const streamed =
  (twist: Twist) =>
  (asked: Asked): Served =>
    answer(asked, isStream(asked) ? twist : {})
export const always = (served: Served) => (): Served => served
/** Fails the first time. */
export const once =
  (served: Served) =>
  (asked: Asked): Served =>
    asked.count === 1 ? served : answer(asked)
/** Refuses requests that have something. */
export const refusing =
  (has: (asked: Asked) => boolean, served: Served) =>
  (asked: Asked): Served =>
    has(asked) ? served : answer(asked)

export const hasSystem = ({ body }: Asked): boolean => body.messages?.some(({ role }) => role === 'system')
export const formatOf = ({ body }: Asked): string | undefined => body.response_format?.type
export const html = (status: number): Served => ({
  status,
  headers: { 'content-type': 'text/html' },
  chunks: ['<!doctype html><title>Welcome</title><p>It works!</p>'],
})
/** A piece of the text whose letters are parted between two writes. */
export const byteByByte = (lines: string): Buffer[] => Array.from(Buffer.from(lines), (byte) => Buffer.of(byte))
export const parts = (text: string): object => ({ content: [{ type: 'text', text }] })

import { createHmac } from 'node:crypto'

import type { Clearance } from '@skein/memory'
import type { Label } from '@skein/memory/store'

import { estimateTokens } from '../text/estimate-tokens.ts'

/** What a request begins with that others share: some whole messages, and characters of the next one. */
export interface SharedPart {
  readonly messages: number
  /** In UTF-16 units. */
  readonly chars: number
}

/** The shared part of a request, as a provider with a prompt cache is told about it. */
export interface PromptPrefix extends SharedPart {
  /**
   * Equal for requests of one space that begin alike and are equally sensitive: 43 letters of `[A-Za-z0-9_-]`. It
   * reveals nothing about them.
   */
  readonly key: string
}

/** The messages of a request. Tools and schemas, which some providers read first and others last, don't count. */
export type PromptMessages = readonly { readonly role: string; readonly text: string }[]

/** Who may see a prompt. */
export interface Sight {
  readonly label: Label
  readonly clearance: Clearance
}

/** Shorter ones are in no provider's cache, in tokens. */
const shortest = 1_024

/** The messages of the system with which a request begins. */
export function leadingSystem(messages: PromptMessages): SharedPart {
  const first = messages.findIndex(({ role }) => role !== 'system')
  return { messages: first === -1 ? messages.length : first, chars: 0 }
}

/** The texts of the shared part. */
function textsOf(messages: PromptMessages, { messages: whole, chars }: SharedPart): string[] {
  const begun = chars > 0 ? [messages[whole]?.text.slice(0, chars) ?? ''] : []
  return [...messages.slice(0, whole).map(({ text }) => text), ...begun]
}

/** Whether a prefix is long enough for a provider to cache it. */
export function isCacheable(messages: PromptMessages, shared: SharedPart): boolean {
  let tokens = 0
  for (const text of textsOf(messages, shared)) {
    // A part of a long text tells enough.
    tokens += estimateTokens(text.slice(0, shortest * 8))
    if (tokens >= shortest) return true
  }
  return false
}

/**
 * What a request shares with others where nobody says so: the messages of the system with which it begins. If they are
 * short, the message after them as well, provided that others follow: material, or the beginning of a conversation.
 */
export function likelyShared(messages: PromptMessages): SharedPart {
  const system = leadingSystem(messages)
  const isAll = isCacheable(messages, system) || messages.length - system.messages < 2
  return isAll ? system : { messages: system.messages + 1, chars: 0 }
}

/** The key of a prefix. Who does not know the secret can't find out what it stands for, not even by guessing. */
export function prefixKey(
  secret: string,
  messages: PromptMessages,
  shared: SharedPart,
  { label, clearance }: Sight,
): string {
  const { level, compartments = [] } = clearance
  const seen = [label.sensitivity, sorted(label.compartments), level, sorted(compartments)]
  return createHmac('sha256', secret)
    .update(JSON.stringify([seen, textsOf(messages, shared)]))
    .digest('base64url')
}

function sorted(names: readonly string[]): string[] {
  return names.toSorted((a, b) => (a < b ? -1 : 1))
}

import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

import { createFlock } from '@skein/core'
import type { DurableDefinition, Flock } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'

import { InputError } from '../open/input-error.ts'

type Definition = DurableDefinition<never>

/**
 * Loads the durable definitions that a module exports, alone or in arrays and plain objects. A default export that is
 * a function is called with a flock, since definitions with activities are made by a flock.
 *
 * @param flock - Runs their activities; without one, a flock that runs nothing makes them.
 * @throws InputError when the module can't be loaded or exports none.
 */
export async function loadDefinitions(file: string, flock?: Flock): Promise<ReadonlyMap<string, Definition>> {
  const path = resolve(file)
  if (!existsSync(path))
    throw new InputError(file, 'does not exist. Name a module that exports what durable() returns.')
  const exported = await load(file, path)
  const found = [...Object.values(exported), await made(file, exported['default'], flock)].flatMap(definitionsIn)
  const byName = new Map(found.map((definition) => [definition.durable.name, definition]))
  if (byName.size > 0) return byName
  throw new InputError(
    file,
    'exports no durable definitions. Export what durable() returns, or a default function that makes it with a flock.',
  )
}

async function load(file: string, path: string): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(path).href)) as Record<string, unknown>
  } catch (error) {
    throw new InputError(file, `can't be loaded: ${messageOf(error)}`, { cause: error })
  }
}

async function made(file: string, factory: unknown, given: Flock | undefined): Promise<unknown> {
  if (typeof factory !== 'function') return undefined
  if (given) return makeWith(file, factory, given)
  await using memory = await openMemory({ store: mapStore() })
  await using flock = await createFlock({ memory, threads: 1 })
  // Before the flock is closed.
  const result = await makeWith(file, factory, flock)
  return result
}

async function makeWith(file: string, factory: unknown, flock: Flock): Promise<unknown> {
  try {
    return await (factory as (flock: unknown) => unknown)(flock)
  } catch (error) {
    throw new InputError(file, `makes no definitions: ${messageOf(error)}`, { cause: error })
  }
}

function definitionsIn(value: unknown): Definition[] {
  if (typeof value !== 'object' || value === null) return []
  if (isDefinition(value)) return [value]
  return Object.values(value).filter(isDefinition)
}

function isDefinition(value: unknown): value is Definition {
  if (typeof value !== 'object' || value === null || !('makeHost' in value)) return false
  const { durable } = value as { readonly durable?: { readonly name?: unknown } }
  return typeof durable?.name === 'string'
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

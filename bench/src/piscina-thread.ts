/**
 * The same work as that of the activities, for a bare pool.
 *
 * @module
 */

import { spin } from './work.ts'

export function compute(rounds: number): number {
  return spin(rounds)
}

export function increment(value: number): number {
  return value + 1
}

export function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0)
}

/** What all keys of a space begin with: in braces what a cluster places keys by. */
export function spaceBase(prefix: string, space: string): string {
  return `{${prefix}${space}}:`
}

/** The largest number that a position can be; beyond it nothing was ever written. */
export const endOfFeed = '18446744073709551615-18446744073709551615'

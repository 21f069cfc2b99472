/** What all keys of a space begin with: in braces what a cluster places keys by. */
export function spaceBase(prefix: string, space: string): string {
  return `{${prefix}${space}}:`
}

/** The known name that differs least from a given one: by case, by an ending such as `Ms`, or by a letter or two. */
export function probablyMeant(given: string, known: readonly string[]): string | undefined {
  const lower = given.toLowerCase()
  const ranked = known
    .map((name) => ({ name, distance: distanceOf(lower, name.toLowerCase()) }))
    .toSorted((a, b) => a.distance - b.distance)
  return ranked.find(({ name, distance }) => distance <= Math.min(2, name.length / 3))?.name
}

function distanceOf(given: string, name: string): number {
  const shorter = Math.min(given.length, name.length)
  if (shorter >= 3 && (name.startsWith(given) || given.startsWith(name)))
    return Math.min(1, Math.abs(given.length - name.length))
  return editDistance(given, name)
}

/** Source: V. I. Levenshtein, 1966; letters that change places count once. */
function editDistance(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      let least = Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (before[j - 2] ?? 0) + 1)
      next.push(least)
    }
    before = row
    row = next
  }
  return row[b.length] ?? 0
}

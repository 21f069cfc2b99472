/** Cuts a text for a line on the page: nobody reads on there, and agents write texts of any length. */
export function shortText(text: string, longest = 160): string {
  const start = text
    .slice(0, 4 * longest)
    .replaceAll(/\s+/g, ' ')
    .trim()
  return start.length > longest ? `${start.slice(0, longest - 1).toWellFormed()}…` : start.toWellFormed()
}

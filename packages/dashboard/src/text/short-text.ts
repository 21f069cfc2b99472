/** Shortens a text of any length to one line of the page. */
export function shortText(text: string, maxLength = 160): string {
  const start = text
    .slice(0, 4 * maxLength)
    .replaceAll(/\s+/g, ' ')
    .trim()
  return start.length > maxLength ? `${start.slice(0, maxLength - 1).toWellFormed()}…` : start.toWellFormed()
}

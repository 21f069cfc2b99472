/** The beginning of a text, never ending within a character. */
export function cutText(text: string, longest: number): { readonly text: string; readonly isCut: boolean } {
  if (text.length <= longest) return { text, isCut: false }
  const isWithin = /[\uD800-\uDBFF]/.test(text.charAt(longest - 1))
  return { text: text.slice(0, isWithin ? longest - 1 : longest), isCut: true }
}

/** Cuts a text to a number of UTF-16 units, never within a character. */
export function cutText(text: string, maxLength: number): { readonly text: string; readonly isCut: boolean } {
  if (text.length <= maxLength) return { text, isCut: false }
  const splitsPair = /[\uD800-\uDBFF]/.test(text.charAt(maxLength - 1))
  return { text: text.slice(0, splitsPair ? maxLength - 1 : maxLength), isCut: true }
}

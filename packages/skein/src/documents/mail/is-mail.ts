/** Whether a text begins with two headers that every mail has. */
export function isMail(text: string): boolean {
  const head = text.slice(0, 4_000).replace(/^\uFEFF?(?:From [^\n]*\n)?/, '')
  const end = head.search(/\n\r?\n/)
  const lines = (end === -1 ? head : head.slice(0, end)).split(/\r?\n/)
  if (!lines.every((line) => /^(?:[!-9;-~]{1,60}:|[ \t])/.test(line))) return false
  const known = /^(?:From|To|Cc|Subject|Date|Message-ID|Reply-To|Received|Return-Path|Delivered-To|MIME-Version):/i
  return lines.filter((line) => known.test(line)).length > 1
}

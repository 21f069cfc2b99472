import type { Embedder } from '@skein/memory'

/** An embedder of texts that name a number: the nearer two numbers are, the nearer are their vectors. */
export function numberEmbedder(embed: Embedder['embed'] = async (texts) => texts.map(vectorOf)): Embedder {
  return { id: 'numbers', dimensions: 2, maxTexts: 5, embed }
}

/** The vector of a text: an angle of up to 90 degrees for numbers up to 100. */
export function vectorOf(text: string): number[] {
  const angle = (Number(/\d+/.exec(text)?.[0]) / 100) * (Math.PI / 2)
  return [Math.cos(angle), Math.sin(angle)]
}

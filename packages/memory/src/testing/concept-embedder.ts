import type { Embedder } from '../vectors/embedder.ts'

const concepts: readonly (readonly string[])[] = [
  ['car', 'automobile', 'wagen', 'vehicle'],
  ['price', 'cost', 'fee', 'expensive'],
  ['doctor', 'physician', 'hospital'],
  ['rain', 'storm', 'weather'],
]
const spare = 12

/** An embedder for tests: words of one concept have one direction, and every other word one by its letters. */
export interface ConceptEmbedder extends Embedder {
  /** The texts of each call. */
  readonly calls: readonly (readonly string[])[]
}

/** Makes an embedder without a model. */
export function conceptEmbedder(options: Partial<Embedder> = {}): ConceptEmbedder {
  const calls: (readonly string[])[] = []
  const embed = async (texts: readonly string[]): Promise<Float32Array[]> => {
    calls.push(texts)
    return texts.map(vectorOf)
  }
  return { id: 'concepts', dimensions: concepts.length + spare, embed, ...options, calls }
}

function vectorOf(text: string): Float32Array {
  const vector = new Float32Array(concepts.length + spare)
  for (const word of text.toLowerCase().match(/\p{L}+/gu) ?? ['']) {
    const concept = concepts.findIndex((words) => words.includes(word))
    let hash = 7
    for (const letter of word) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 65_521
    const place = concept < 0 ? concepts.length + (hash % spare) : concept
    vector[place] = (vector[place] ?? 0) + (concept < 0 ? 0.3 : 1)
  }
  return vector
}

// Words that say what to do with the text, not what to look for in it.
const asking =
  'answer ask base briefly bullet cite concern describe detail discuss document done essay explain extract fact find ' +
  'following gather give given happen identify important key know learn list made main make mention name note outline ' +
  'overview page paragraph passage please point provide question quote read regard relevant report said say section ' +
  'sentence short show state statement summarise summarize summary take tell text thing topic use want write'

/** Their forms, in lower case. By their stems, "found" would be one of them: "Who found the spring?" */
export const askingWords: ReadonlySet<string> = new Set(
  asking.split(' ').flatMap((word) => {
    const stem = word.replace(/e$/, '')
    return [word, `${word}s`, `${stem}ing`, `${stem}ed`, word.replace(/y$/, 'ies'), word.replace(/y$/, 'ied')]
  }),
)

// Each line: a word, then forms of it that its stem does not show.
const forms = `
child children; man men; woman women; person persons people; foot feet; tooth teeth; goose geese; mouse mice; ox oxen
analysis analyses; crisis crises; thesis theses; hypothesis hypotheses; basis bases; diagnosis diagnoses; axis axes
criterion criteria; phenomenon phenomena; index indices; vertex vertices; matrix matrices; appendix appendices
datum data; medium media; curriculum curricula; nucleus nuclei; stimulus stimuli; alumnus alumni; leaf leaves
half halves; knife knives; life lives; wife wives; shelf shelves; wolf wolves; thief thieves; loaf loaves; self selves
go went gone; buy bought; sell sold; pay paid; make made; say said; find found; lose lost; tell told; think thought
take took taken; write wrote written; run ran; begin began begun; give gave given; know knew known; grow grew grown
send sent; spend spent; meet met; hold held; keep kept; feel felt; fall fell fallen; drive drove driven; rise risen
speak spoke spoken; break broke broken; choose chose chosen; come came; see saw seen; eat ate eaten; get got gotten
win won; build built; bring brought; catch caught; teach taught; fight fought; seek sought; lead led; drink drank drunk
swim swam swum; sing sang sung; fly flew flown; throw threw thrown; wear wore worn; steal stole stolen; hide hid hidden
forget forgot forgotten; understand understood; stand stood; shoot shot; sleep slept; sweep swept; sit sat; leave left
become became; draw drew drawn; ride rode ridden; shake shook shaken; freeze froze frozen; wake woke woken; deal dealt
lend lent; bend bent; mean meant; hear heard; light lit; hang hung; stick stuck; strike struck; swear swore sworn
tear tore torn; ring rang rung; shrink shrank shrunk; sink sank sunk; blow blew blown; show shown; prove proven
withdraw withdrew withdrawn; undergo underwent undergone; overcome overcame; mistake mistook mistaken; undo undid undone`

let baseForms: ReadonlyMap<string, string> | undefined

function readForms(): ReadonlyMap<string, string> {
  const read = new Map<string, string>()
  for (const line of forms.split(/[\n;]/)) {
    const [base = '', ...others] = line.trim().split(' ')
    for (const other of others) read.set(other, base)
  }
  return read
}

/** The base form of an English word that its stem does not lead to: `child` for `children`; else the word itself. */
export function baseForm(word: string): string {
  baseForms ??= readForms()
  return baseForms.get(word) ?? word
}

/** Why our saver takes longer than LangGraph's own. */
export const savingLimit =
  'Theirs inserts one row, within the call, and asks nobody. Ours refuses a run that another one has overtaken, so it reads and checks the latest checkpoint, and writes facts with versions, labels, checksums and entries in the feed, in a transaction that waits for a turn of the event loop.'

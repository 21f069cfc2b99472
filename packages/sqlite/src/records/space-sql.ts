import type { Database, Statement } from 'better-sqlite3'

/** Gives a prepared statement in raw mode; `@name` in it stands for the space's table of that name. */
export type SpaceSql = (text: string) => Statement

/** Prepares each statement of a space once. */
export function spaceSql(db: Database, number: number): SpaceSql {
  const statements = new Map<string, Statement>()
  return (text) => {
    let statement = statements.get(text)
    if (!statement) {
      statement = db.prepare(text.replaceAll(/@([a-z]+)(\w*)/g, `$1_${number}$2`))
      if (statement.reader) statement.raw(true)
      statements.set(text, statement)
    }
    return statement
  }
}

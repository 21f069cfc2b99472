import type { Database, Statement } from './database.ts'

/** Gives prepared statements of one space in raw mode. `@name` in a text stands for the space's table of that name. */
export interface SpaceSql {
  (text: string): Statement
  /** The format of the database; readers may find an older one than the current. */
  readonly format: number
}

/** Prepares each statement of a space once. */
export function spaceSql(db: Database, number: number): SpaceSql {
  const statements = new Map<string, Statement>()
  const sql = (text: string): Statement => {
    let statement = statements.get(text)
    if (!statement) {
      statement = db.prepare(text.replaceAll(/@([a-z]+)(\w*)/g, `$1_${number}$2`))
      if (statement.reader) statement.raw(true)
      statements.set(text, statement)
    }
    return statement
  }
  return Object.assign(sql, { format: db.pragma('user_version', { simple: true }) as number })
}

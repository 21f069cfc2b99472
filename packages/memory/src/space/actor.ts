import type { NotedAction } from '../audit/noted-reads.ts'
import type { ReadAuditBuffer } from '../audit/read-audit-buffer.ts'
import { ReadAuditor } from '../audit/read-auditor.ts'
import type { Collection } from '../store/collections.ts'
import type { RecordKey, StoredRecord } from '../store/record.ts'
import { audienceOf, covers } from '../values/access.ts'
import type { Audience, Label, Principal, Right } from '../values/access.ts'
import { AccessError } from '../values/errors.ts'
import type { ReadScope } from './read-scope.ts'

/**
 * A principal at work in a space: the one gate between it and the records.
 *
 * Every record that it sees passes through here: the clearance is checked, the audit
 * notes the read, and the scope collects labels for what it writes.
 */
export class Actor {
  readonly principal: Principal
  readonly audience: Audience
  readonly scope: ReadScope | undefined
  /** Absent where reads are not audited. */
  readonly readAuditor: ReadAuditor | undefined

  /** @throws OptionError when the principal is invalid. */
  constructor(principal: Principal, scope: ReadScope | undefined, buffer: ReadAuditBuffer | undefined) {
    this.principal = principal
    this.audience = audienceOf(principal)
    this.scope = scope
    this.readAuditor = buffer && new ReadAuditor(buffer, principal.id, this.audience)
    const { readAuditor: reading } = this
    // A thread may not reach its timers before its next task.
    if (reading) scope?.onEnd(() => reading.flush())
  }

  /** The record, unless it is absent or above the clearance: to the principal the two look alike. */
  see(key: RecordKey, record: StoredRecord | undefined, action: NotedAction = 'read'): StoredRecord | undefined {
    this.readAuditor?.note(action, key.collection, key.id, record)
    if (!record || !covers(this.audience, record)) return undefined
    this.scope?.noteLabel(record)
    return record
  }

  /** The records that this principal may see. */
  seeAll(
    collection: Collection,
    records: readonly StoredRecord[],
    action: NotedAction = 'list',
  ): readonly StoredRecord[] {
    if (records.length === 0) this.readAuditor?.note(action, collection, '', undefined)
    return records.filter((record) => this.see(record, record, action) !== undefined)
  }

  /** Records the use of content with this label that was not read as a record. */
  used(label: Label): void {
    this.scope?.noteLabel(label)
  }

  /** @throws AccessError when the principal lacks a right. */
  requireRight(right: Right, action: NotedAction, { collection, id }: RecordKey): void {
    if (this.principal.rights?.includes(right)) return
    this.readAuditor?.refused(action, collection, id, `lacks the right "${right}"`)
    throw new AccessError(this.principal.id, `the right "${right}"`)
  }
}

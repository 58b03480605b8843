import { hash } from 'node:crypto'
import { accountOf, at, type CloudTrailEvent, eventIdOf, identityOf, text } from '../trail/event.ts'
import { tableOf } from './schema.ts'

/**
 * What becomes of an event that arrives:
 * `kept`, seen for the first time; `duplicate`, delivered again; `superseded`, corrected by an event that arrived before it.
 */
export interface Sighting {
  readonly outcome: 'kept' | 'duplicate' | 'superseded'
  /** This event corrects one that was kept before: that one is now superseded. */
  readonly supersedesKept: boolean
  /** A duplicate by its id that says something else: never stored, always shown. */
  readonly differs?: boolean
}

export interface DuplicateFilter {
  /** Judges one event and remembers it. */
  see(event: CloudTrailEvent): Sighting
  /** The same, of an event that was read elsewhere. */
  judge(fingerprint: Fingerprint): Sighting
  /** Keys of the events seen for the first time, in the order seen, 16 bytes each: what a later filter starts from. */
  newKeys(): Uint8Array
  /** Events told apart so far. */
  readonly size: number
  /** Memory of the set, bytes. */
  readonly bytes: number
}

/** What a filter has to know of an event: another thread may work it out. */
export interface Fingerprint {
  readonly words: Words
  /** The id, as its two words, of the event that this one corrects. */
  readonly corrects?: readonly [number, number]
}

/** Two words for the id, two for the content. The first is never zero. */
export type Words = readonly [number, number, number, number]

/** What earlier runs saw. */
export interface SeenBefore {
  /** Keys as `newKeys` gave them. Asked for with the first event. */
  readonly keys: () => Iterable<Uint8Array>
  /** Events that were corrected, as `keyText`. */
  readonly superseded: readonly string[]
}

const NOTHING: SeenBefore = { keys: () => [], superseded: [] }

/**
 * Tells whether an event was seen before, in 23 to 46 bytes of memory an event. Two events are the same when account, table and
 * id are; the Start and End of an Insight share one id and are two events. What CloudTrail delivers again is the same to the byte: a
 * duplicate that says something else (see `contentOf`) is told apart as `differs`, or a file planted before the real one could hide it.
 * Id and content are kept as 64 bits of SHA-256 each; where two ids meet by chance, their contents tell them apart.
 * An event whose `addendum.reason` is UPDATED_DATA supersedes the one it names as `originalEventID`, in whatever order they come.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
export const duplicateFilter = (before: SeenBefore = NOTHING): DuplicateFilter => {
  const seen = keySet()
  const fresh = growingBytes()
  /** Ids of corrected events. */
  const superseded = new Set(before.superseded.map((key) => idIn(wordsFor(key, ''))))
  let loaded = false
  const load = () => {
    loaded = true
    for (const keys of before.keys()) for (const key of wordsOf(keys)) seen.add(key)
  }
  const supersede = ({ corrects }: Fingerprint): boolean => {
    if (!corrects) return false
    const id = idIn(corrects)
    if (superseded.has(id)) return false
    superseded.add(id)
    return seen.find([...corrects, 0, 0]) !== 'nothing'
  }
  const judge = (fingerprint: Fingerprint): Sighting => {
    if (!loaded) load()
    const { words } = fingerprint
    const known = seen.find(words)
    if (known !== 'nothing') return known === 'same' ? DUPLICATE : DIFFERENT_DUPLICATE
    seen.add(words)
    fresh.push(words)
    const outcome = superseded.size > 0 && superseded.has(idIn(words)) ? 'superseded' : 'kept'
    return { outcome, supersedesKept: supersede(fingerprint) }
  }
  return {
    see: (event) => judge(fingerprintOf(event)),
    judge,
    newKeys: () => fresh.bytes(),
    get size() {
      return seen.size
    },
    get bytes() {
      return seen.bytes
    },
  }
}

/** Reads an event for a filter. */
export const fingerprintOf = (event: CloudTrailEvent): Fingerprint => {
  const words = wordsFor(keyText(eventKeyOf(event)), contentOf(event))
  const original = originalOf(event)
  if (!original) return { words }
  const [a, b] = wordsFor(keyText(original), '')
  return { words, corrects: [a, b] }
}

const idIn = ([a, b]: readonly number[]): string => `${a}:${b}`

/** What makes an event that event. */
export interface EventKey {
  readonly table: string
  readonly account: string
  readonly id: string
  /** `Start` or `End` of an Insight; `updated` for a correction that carries the id of its original; else empty. */
  readonly part: string
}

/** The key of an event. */
export const eventKeyOf = (event: CloudTrailEvent): EventKey => {
  const table = tableOf(event)
  const id = eventIdOf(event) ?? ''
  const part = table === 'insights' ? text(at(event, 'insightDetails', 'state')) : correctsItself(event, id)
  return { table, account: accountOf(event) ?? '', id, part: part ?? '' }
}

/**
 * The key of the event that this one corrects, or `undefined`. Insights correct nothing: which half of a pair would be meant is
 * not documented, and keeping both hides nothing.
 */
export const originalOf = (event: CloudTrailEvent): EventKey | undefined => {
  if (event.addendum === undefined || at(event.addendum, 'reason') !== 'UPDATED_DATA') return undefined
  const id = text(at(event.addendum, 'originalEventID'))
  if (!id) return undefined
  const { table, account } = eventKeyOf(event)
  return table === 'insights' ? undefined : { table, account, id, part: '' }
}

/** One text for one key; JSON, so that no part can run into the next. */
export const keyText = ({ table, account, id, part }: EventKey): string =>
  JSON.stringify([table, account, id, part])

const correctsItself = (event: CloudTrailEvent, id: string): string =>
  event.addendum !== undefined &&
  at(event.addendum, 'reason') === 'UPDATED_DATA' &&
  at(event.addendum, 'originalEventID') === id
    ? 'updated'
    : ''

const DUPLICATE: Sighting = { outcome: 'duplicate', supersedesKept: false }
const DIFFERENT_DUPLICATE: Sighting = { ...DUPLICATE, differs: true }

const wordsFor = (key: string, content: string): Words => {
  const id = digestOf(key)
  const rest = digestOf(content)
  // An empty slot is all zeros, so no key may be.
  return [wordAt(id, 0) || 1, wordAt(id, 4), wordAt(rest, 0), wordAt(rest, 4)]
}

/** One character a byte: half the time of a buffer, and no garbage outside the heap. */
const digestOf = (text: string): string => hash('sha256', text, 'binary')

/** Four bytes, little-endian. */
const wordAt = (bytes: string, at: number): number =>
  bytes.charCodeAt(at) |
  (bytes.charCodeAt(at + 1) << 8) |
  (bytes.charCodeAt(at + 2) << 16) |
  (bytes.charCodeAt(at + 3) << 24)

/**
 * What an event says, as far as a copy must agree to be the same event: who, what, when, from where, with what result; of a changing
 * call also with what. Whole records are not compared: that would cost as much as reading them.
 */
const contentOf = (event: CloudTrailEvent): string => {
  const { principalId, accessKeyId } = identityOf(event)
  const facts = [
    event.eventTime,
    event.eventSource,
    event.eventName,
    event.awsRegion,
    principalId,
    accessKeyId,
  ]
  const result = [event.sourceIPAddress, event.errorCode, event.errorMessage]
  return `${facts.join('\n')}\n${result.join('\n')}\n${isRead(event) ? '' : detailsOf(event)}`
}

const isRead = ({ readOnly }: CloudTrailEvent): boolean => readOnly === true || readOnly === 'true'

/** Nested too deep for JSON, details are not compared. */
const detailsOf = ({ requestParameters, responseElements }: CloudTrailEvent): string => {
  try {
    return `${JSON.stringify(requestParameters)}\n${JSON.stringify(responseElements)}`
  } catch {
    return ''
  }
}

const KEY_BYTES = 16

/** Keys as `newKeys` laid them down, big-endian. A rest that is no whole key is left out. */
function* wordsOf(keys: Uint8Array): Generator<Words> {
  const view = new DataView(keys.buffer, keys.byteOffset, keys.byteLength)
  for (let at = 0; at + KEY_BYTES <= keys.length; at += KEY_BYTES) {
    yield [view.getInt32(at), view.getInt32(at + 4), view.getInt32(at + 8), view.getInt32(at + 12)]
  }
}

/** Keys one after the other, in memory that doubles. */
const growingBytes = () => {
  let view = new DataView(new ArrayBuffer(KEY_BYTES * 64))
  let length = 0
  return {
    push: (key: Words) => {
      if (length === view.byteLength) {
        const larger = new Uint8Array(length * 2)
        larger.set(new Uint8Array(view.buffer))
        view = new DataView(larger.buffer)
      }
      for (const word of key) {
        view.setInt32(length, word)
        length += 4
      }
    },
    bytes: () => new Uint8Array(view.buffer, 0, length),
  }
}

const FIRST_CAPACITY = 1 << 10
const FULL = 0.7

/** Open addressing over one Int32Array, four words a key, of which the first two find it; linear probing; doubles at 70 %. */
const keySet = () => {
  let capacity = FIRST_CAPACITY
  let slots = new Int32Array(capacity * 4)
  let size = 0

  /** Offset of the id's slot, or of the empty slot where it belongs. */
  const slotOf = ([a, b]: Words): number => {
    let slot = (b & (capacity - 1)) * 4
    while (slots[slot] !== 0) {
      if (slots[slot] === a && slots[slot + 1] === b) return slot
      slot = slot + 4 === slots.length ? 0 : slot + 4
    }
    return slot
  }
  const grow = () => {
    const old = slots
    capacity *= 2
    slots = new Int32Array(capacity * 4)
    for (let from = 0; from < old.length; from += 4) {
      if (old[from] === 0) continue
      const key: Words = [old[from]!, old[from + 1]!, old[from + 2]!, old[from + 3]!]
      slots.set(key, slotOf(key))
    }
  }
  return {
    /** What is known under the key's id: nothing, the same content, or another. */
    find: (key: Words): 'nothing' | 'same' | 'other' => {
      const slot = slotOf(key)
      if (slots[slot] === 0) return 'nothing'
      return slots[slot + 2] === key[2] && slots[slot + 3] === key[3] ? 'same' : 'other'
    },
    /** Adds a key whose id is not there; answers true. */
    add: (key: Words): true => {
      const slot = slotOf(key)
      if (slots[slot] === 0 && ++size) slots.set(key, slot)
      if (size > capacity * FULL) grow()
      return true
    },
    get size() {
      return size
    },
    get bytes() {
      return slots.byteLength
    },
  }
}

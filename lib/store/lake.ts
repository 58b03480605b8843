import type { ListedObject } from '../ports.ts'
import type { ByteSink, ByteSource } from './bytes.ts'
import type { EventPartition } from './partition.ts'
import type { TableName } from './schema.ts'

/** What compaction needs of the place the store lies in; lib/aws implements it on S3 and Glue. */

/** Objects of the store. */
export interface LakeObjects {
  /** Writes an object that appears whole or not at all; what `fill` throws leaves nothing. */
  write<T>(key: string, fill: (sink: ByteSink) => Promise<T>): Promise<T>
  /** An object to be read at any place; `undefined` when it is not there. */
  open(key: string): Promise<ByteSource | undefined>
  /** Keys below a prefix, in order. */
  keys(prefix: string): AsyncIterable<string>
  /** Takes objects away; one that is not there is success. */
  remove(keys: readonly string[]): Promise<void>
}

/** A small text that several write. */
export interface TextDocument {
  read(): Promise<string | undefined>
  /** Writes what `change` makes of the text, on the condition that nobody wrote in between: else it reads and changes anew. */
  update(change: (text: string | undefined) => string): Promise<string>
}

/** Where readers find the file of an account-day. */
export interface DayCatalog {
  /** Makes the folder `prefix` (a key that ends in `/`) the partition, in one call: readers see the earlier one or this one. */
  point(table: TableName, partition: EventPartition, prefix: string): Promise<void>
}

/** What compaction knows of an object it read. */
export type DayObject = Pick<ListedObject, 'key' | 'size' | 'version'>

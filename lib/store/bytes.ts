/** Where the bytes of the store come from and go to; lib/local implements these on disk, lib/aws on S3 and /tmp. */

/** A stretch of a scratch file. */
export interface Piece {
  readonly offset: number
  readonly length: number
}

/** Room for what does not fit in memory: written once, read back piece by piece, gone when the work is done. */
export interface Scratch {
  append(bytes: Uint8Array): Piece | Promise<Piece>
  read(piece: Piece): Uint8Array | Promise<Uint8Array>
}

/** Takes a file from its first byte to its last. It may keep what it is given. */
export interface ByteSink {
  write(bytes: Uint8Array): void | Promise<void>
}

/** A file that can be read at any place. `end` is left out for the rest of it. */
export interface ByteSource {
  readonly byteLength: number
  slice(start: number, end?: number): ArrayBuffer | Promise<ArrayBuffer>
}

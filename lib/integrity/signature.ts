import { type KeyObject, verify } from 'node:crypto'
import type { DigestFacts } from './read-digest.ts'

export const SIGNATURE_ALGORITHM = 'SHA256withRSA'

/**
 * Does `signature` (hex) prove this content at this place? Four lines are signed, without a line break at the end.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-custom-validation.html
 */
export const isSignedBy = (
  key: KeyObject,
  signature: string,
  digest: DigestFacts,
  contentHash: string,
): boolean => {
  if (!isHex(signature)) return false
  const place = `${digest.bucket}/${digest.key}`
  const text = [digest.endText, place, contentHash, digest.previousSignature ?? 'null'].join('\n')
  return verify('RSA-SHA256', Buffer.from(text), key, Buffer.from(signature, 'hex'))
}

export const isHex = (text: string): boolean => text.length % 2 === 0 && /^[0-9a-f]+$/i.test(text)

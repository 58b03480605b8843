import { describe, expect, it } from 'vitest'
import { parseDigestMetadata } from '../../lib/integrity/metadata.ts'
import { parsePublicKeys, publicKeysFrom } from '../../lib/integrity/public-keys.ts'
import { validateSource } from '../../lib/integrity/validate-copies.ts'
import {
  digestMetadataLines,
  memoryLogStore,
  publicKeysJson,
  type SyntheticObject,
} from '../support/signed-trail.ts'
import { smallTrail } from './small-trail.ts'

const trail = smallTrail({ hours: 4 })
const { metadata } = parseDigestMetadata(digestMetadataLines(trail.objects))
const keys = [...trail.objects.keys()]
const aLog = keys.find((key) => key.includes('/CloudTrail/'))!
const aDigest = keys.filter((key) => key.includes('/CloudTrail-Digest/')).sort()[1]!

const copies = (without: { a?: string; b?: string }) => {
  const objects = new Map<string, SyntheticObject>()
  for (const [key, object] of trail.objects) {
    if (key !== without.a) objects.set(`a/${key}`, object)
    if (key !== without.b) objects.set(`b/${key}`, object)
  }
  return memoryLogStore(objects, undefined, 'folder')
}

const validate = (without: { a?: string; b?: string }, caveat?: string) => {
  const publicKeys = publicKeysFrom(parsePublicKeys(JSON.parse(publicKeysJson(trail.publicKeys))), caveat)
  return validateSource({ logs: copies(without), publicKeys, roots: ['a/', 'b/'] }, { metadata })
}

describe('two copies of one bucket side by side', () => {
  it('are both valid when nothing is wrong', async () => {
    const { problems, summary } = await validate({})
    expect(problems).toEqual([])
    expect(summary.digests.valid).toBe(2 * keys.filter((key) => key.includes('/CloudTrail-Digest/')).length)
  })

  it('do not fill each other: what was deleted from one is missing there, and the other stays valid', async () => {
    for (const deleted of [aLog, aDigest]) {
      for (const copy of ['a', 'b'] as const) {
        const { problems } = await validate({ [copy]: deleted })
        expect(problems.map(({ object }) => object)).toContain(`${copy}/${deleted}`)
        expect(problems.every(({ object }) => object.startsWith(`${copy}/`))).toBe(true)
      }
    }
  })
})

describe('public keys that lie with the evidence', () => {
  it('are used, and the report says what they rest on', async () => {
    const { notes } = await validate({}, 'the keys came with the logs')
    expect(notes).toContain('the keys came with the logs')
    expect((await validate({})).notes).not.toContain('the keys came with the logs')
  })
})

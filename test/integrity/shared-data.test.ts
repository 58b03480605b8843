import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { parseDigestMetadata } from '../../lib/integrity/metadata.ts'
import { loadPublicKey, parsePublicKeys, publicKeysFrom } from '../../lib/integrity/public-keys.ts'
import { validateTrails } from '../../lib/integrity/validate.ts'
import { folderLogStore } from '../../lib/local/log-store.ts'
import { parseDigestFile } from '../../lib/trail/digest-file.ts'
import { parseObjectKey } from '../../lib/trail/object-key.ts'

const shared = fileURLToPath(new URL('../../../shared/data/', import.meta.url))
const real = join(shared, 'digests-real')
const made = join(shared, 'gen-small/bucket')
const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'))

describe.skipIf(!existsSync(real))(
  'a digest of the real service (skipped: no ../shared/data/digests-real)',
  () => {
    it('is read, byte for byte as it was hashed', () => {
      const files = readdirSync(join(real, 'AWSLogs'), { recursive: true, encoding: 'utf8' })
      const path = files.find((file) => file.endsWith('.json.gz'))!
      const content = gunzipSync(readFileSync(join(real, 'AWSLogs', path)))
      const { checks } = json(join(real, 'MANIFEST.json'))
      const check = checks.find(({ object }: { object: string }) => object.endsWith(path))
      expect(createHash('sha256').update(content).digest('hex')).toBe(check.sha256_of_this_text)
      const parsed = parseDigestFile(content)
      if (!parsed.ok) throw new Error(parsed.detail)
      expect(parsed.digest.fingerprint).toBe(check.fingerprint)
      expect(parsed.digest.logs).toHaveLength(check.logFiles)
      const key = parseObjectKey(`AWSLogs/${path}`)
      expect(key.type === 'digest' && Date.parse(key.time)).toBe(parsed.digest.end)
      expect(parsed.digest.key).toBe(`AWSLogs/${path}`)
    })

    it('comes with documented keys that load under their fingerprints', () => {
      const keys = parsePublicKeys(json(join(real, 'public-keys-from-aws-docs.json'))).get('*')!
      expect(keys.length).toBeGreaterThan(0)
      for (const key of keys) expect(loadPublicKey(key)?.asymmetricKeyType).toBe('rsa')
    })
  },
)

describe.skipIf(!existsSync(made))('two days of two accounts (skipped: no ../shared/data/gen-small)', () => {
  it('are valid to the last file', async () => {
    const report = await validateTrails(
      {
        logs: folderLogStore(made),
        publicKeys: publicKeysFrom(parsePublicKeys(json(join(made, 'public-keys.json')))),
      },
      { metadata: parseDigestMetadata(readFileSync(join(made, 'digest-metadata.jsonl'), 'utf8')).metadata },
    )
    expect(report.problems).toEqual([])
    expect(report.summary.digests.valid).toBe(196)
    expect(report.summary.logs.valid).toBe(1570)
    expect(report.logVerdicts.size).toBe(1570)
  })
})

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { trailwarden } from '../support/cli.ts'

const out = mkdtempSync(join(tmpdir(), 'trailwarden-protect-'))
afterAll(() => rmSync(out, { recursive: true }))

describe('--protect', () => {
  it('keeps an identity out of the actions of a scan, and says why', async () => {
    const { status } = await trailwarden([
      'scan',
      'examples/incident',
      '--out',
      out,
      '--protect',
      'arn:aws:iam::*:user/build-deploy',
    ])
    expect(status).toBe(0)
    const { actions, refused } = JSON.parse(readFileSync(join(out, 'plan.json'), 'utf8'))
    const titles = actions.map(({ title }: { title: string }) => title)
    expect(titles).not.toContain('Deny everything to user build-deploy')
    expect(titles).toContain('Deny everything to user svc-backup-admin')
    expect(JSON.stringify(refused)).toContain('build-deploy')
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planContainment } from '../../lib/containment/plan.ts'
import { printable, renderPlan } from '../../lib/containment/render.ts'
import { event, findingOf, NOW, planFor, ROOT, SAMPLES, SHIPPED } from './events.ts'

describe('the plan as text', () => {
  it('says what would be done and how to undo it, as commands', () => {
    const text = renderPlan(planFor(SAMPLES['key of the caller']!.raw, ['deactivate-access-key']))
    expect(text).toContain('Containment plan (observe): 1 action, 0 refusals. Nothing has been changed.\n')
    expect(text).toContain('1. Deactivate access key AKIAIOSFODNN7EXAMPLE of user mallory\n')
    expect(text).toContain(
      '   do         aws iam update-access-key --user-name mallory --access-key-id AKIAIOSFODNN7EXAMPLE --status Inactive\n',
    )
    expect(text).toContain(
      `   undo       # when look 2 answers "Active" to AccessKeyMetadata[?AccessKeyId=='AKIAIOSFODNN7EXAMPLE'].Status | [0]:\n` +
        '              aws iam update-access-key --user-name mallory --access-key-id AKIAIOSFODNN7EXAMPLE --status Active\n',
    )
    expect(text).toContain('   evidence   not proven by a digest: confirm the event first\n')
  })

  it('shows refusals and the steps for people', () => {
    const findings = [findingOf(event('X', 's3', { userIdentity: ROOT }), 'root-activity')]
    const text = renderPlan(planContainment({ findings, playbooks: SHIPPED, now: NOW }))
    expect(text).toContain(
      'Refused\n   - Contain the actor: arn:aws:iam::111122223333:root\n     the actor is root',
    )
    expect(text).toContain(
      'For people\n   The root user was used (playbook root-activity, 1 finding)\n   1. Call whoever',
    )
  })

  it('says so when there is nothing to do', () => {
    expect(renderPlan(planContainment({ findings: [], playbooks: [], now: NOW })).split('\n')[0]).toBe(
      'Containment plan (observe): 0 actions, 0 refusals. Nothing has been changed.',
    )
  })

  it('lets nothing act on the terminal', () => {
    expect(printable('a\u001b[2J\u202eb\u0000\u2028\ud800é😀')).toBe(
      'a\\u{1b}[2J\\u{202e}b\\u{0}\\u{2028}\\u{d800}é😀',
    )
    const hostile = event('X', 's3', {
      userIdentity: { type: 'Root', arn: 'arn:\u001b]0;owned\u0007\n1. ok:root' },
    })
    expect(renderPlan(planFor(hostile, ['deny-user']))).toContain(
      '   - Contain the actor: arn:\\u{1b}]0;owned\\u{7}\\u{a}1. ok:root\n',
    )
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const raw = event(name, 's3', { userIdentity: ROOT, eventID: name })
        const text = renderPlan(planFor(raw, ['deny-user', 'restart-logging']))
        expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
        expect(text.split('\n')).toHaveLength(
          renderPlan(planFor(event('X', 's3', { userIdentity: ROOT }), ['deny-user'])).split('\n').length,
        )
      }),
    )
  })

  it('says in words what is only known once somebody has looked', () => {
    const { raw, action } = SAMPLES['public bucket']!
    const text = renderPlan(planFor(raw, [action]))
    expect(text).toContain(
      '# when look 1 answers the error NoSuchPublicAccessBlockConfiguration:\n              aws s3api delete-public-access-block',
    )
    expect(text).toContain("--public-access-block-configuration '<PublicAccessBlockConfiguration of look 1>'")
    const shared = SAMPLES['shared image']!
    expect(renderPlan(planFor(shared.raw, [shared.action]))).toContain(
      `undo       # for each of LaunchPermissions[] | [?Group=='all'] in look 1:`,
    )
    const user = SAMPLES['user who called']!
    expect(renderPlan(planFor(user.raw, [user.action]))).toContain(
      'else       # after LimitExceeded (tier 1): AWSDenyAll as permissions boundary, where none is set',
    )
  })
})

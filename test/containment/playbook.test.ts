import { describe, expect, it } from 'vitest'
import { PLANNED_TYPES } from '../../lib/containment/actions/builders.ts'
import { parsePlaybook } from '../../lib/containment/playbook.ts'
import { ContentError } from '../../lib/errors.ts'
import { playbookFiles, SHIPPED } from './events.ts'

const GOOD = `name: one
title: A title
description: What it does
whenToUse: When to use it
actions:
  - type: deny-user
    when: actor.user
  - type: deactivate-access-key
    of: created
    when: [event.succeeded, actor.longTermKey]
manual:
  - Call somebody.
`

describe('playbooks', () => {
  it('reads actions, conditions and manual steps', () => {
    expect(parsePlaybook(GOOD, 'playbooks/one.yml')).toEqual({
      name: 'one',
      title: 'A title',
      description: 'What it does',
      whenToUse: 'When to use it',
      actions: [
        { type: 'deny-user', of: 'actor', when: ['actor.user'] },
        { type: 'deactivate-access-key', of: 'created', when: ['event.succeeded', 'actor.longTermKey'] },
      ],
      manual: ['Call somebody.'],
    })
  })

  it.each([
    ['an unknown name', GOOD.replace('manual:', 'manuel:'), 'one.yml:11: unknown name "manuel"'],
    [
      'an unknown name of an action',
      GOOD.replace('    when: actor.user', '    mode: auto'),
      'one.yml:7: unknown name "mode"',
    ],
    ['an unknown action type', GOOD.replace('deny-user', 'delete-user'), 'one.yml:6: type: expected one of'],
    [
      "an action that is a person's work",
      GOOD.replace('deny-user', 'investigate'),
      'one.yml:6: type: expected one of',
    ],
    [
      'an unknown condition',
      GOOD.replace('actor.user', 'actor.tag.safe'),
      'one.yml:7: when: expected one of',
    ],
    [
      'an unknown condition in a list',
      GOOD.replace('actor.longTermKey', 'true'),
      'one.yml:10: when: expected one of',
    ],
    [
      'a target that does not fit',
      GOOD.replace('deactivate-access-key', 'restart-logging'),
      'one.yml:9: of: created: expected with',
    ],
    [
      "a name that is not the file's",
      GOOD.replace('name: one', 'name: two'),
      'one.yml:1: name: expected one',
    ],
    [
      'a missing title',
      GOOD.replace('title: A title\n', ''),
      'one.yml:1: title: expected a text, found nothing',
    ],
    ['an empty title', GOOD.replace('A title', '""'), 'one.yml:2: title: expected a text'],
    ['a title that is a number', GOOD.replace('A title', '7'), 'one.yml:2: title: expected a text, found 7'],
    [
      'actions that are no list',
      GOOD.replace(/actions:[\s\S]*manual:/, 'actions: all\nmanual:'),
      'one.yml:5: actions: expected a list',
    ],
    ['a key twice', `${GOOD}title: again\n`, 'one.yml:13: Map keys must be unique'],
    ['an alias bomb', GOOD.replace('A title', '*a'), 'one.yml:2: title: expected a text'],
    ['text that is no YAML', 'name: [', 'one.yml:'],
    ['a list', '- a\n- b\n', 'one.yml:1: expected a playbook'],
    ['nothing to do', GOOD.replace(/actions:[\s\S]*/, ''), 'one.yml:1: expected actions or manual steps'],
    ['nothing at all', '', 'one.yml: expected a playbook'],
  ])('refuses %s, with file and line', (_what, text, message) => {
    expect(() => parsePlaybook(text, 'one.yml')).toThrow(ContentError)
    expect(() => parsePlaybook(text, 'one.yml')).toThrow(message)
  })

  it('ships the eighteen it documents', () => {
    expect(SHIPPED.map(({ name }) => name)).toEqual([
      'compromised-access-key',
      'federation-opened',
      'function-hijacked',
      'guardduty-disabled',
      'instance-compromised',
      'kms-key-destruction',
      'lambda-exposed',
      'log-bucket-changed',
      'logging-stopped',
      'open-security-group',
      'privilege-escalation',
      'public-bucket',
      'public-database',
      'responder-disabled',
      'root-activity',
      'session-minted',
      'shared-snapshot',
      'suspicious-login',
    ])
  })

  it.each(playbookFiles())('tells people what to do by hand: $file', ({ file, text }) => {
    expect(parsePlaybook(text, file).manual.length).toBeGreaterThan(0)
  })

  it('proposes every action somewhere, but for those that only people choose', () => {
    const proposed = new Set(SHIPPED.flatMap(({ actions }) => actions.map(({ type }) => type)))
    expect(PLANNED_TYPES.filter((type) => !proposed.has(type))).toEqual([
      'revoke-user-sessions',
      'deny-role',
      'quarantine-account',
    ])
  })
})

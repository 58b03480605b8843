import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { PLANNED_TYPES } from '../../lib/containment/actions/builders.ts'
import { DERIVED_FIELDS } from '../../lib/detection/derive.ts'
import { loadRules } from '../../lib/detection/rules.ts'
import { ALREADY } from '../../lib/local/object-list.ts'
import { FUNCTIONS } from '../../lib/sql/function-table.ts'
import { TABLES } from '../../lib/store/schema.ts'
import { VERDICT_STATUSES } from '../../lib/verdict.ts'
import { madePages, shippedQueries, shippedRules } from '../../scripts/make-docs.ts'
import { commandsOf, PAGES, root, textOf, type Verb, verbs } from './pages.ts'

/** Names that a page does not mention in code style. */
const unnamed = (page: string, names: Iterable<string>): string[] => {
  const text = textOf(page)
  return [...names].filter((name) => !new RegExp(`\`${escaped(name)}[\` ]`).test(text))
}
const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
const namesIn = (folder: string, ending: string): string[] =>
  readdirSync(join(root, folder), { encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => name.slice(0, -ending.length))

/** Members of a union of texts in the source, which is where types can be listed from. */
const unionIn = (path: string, name: string): string[] => {
  const union = new RegExp(`${escaped(name)}\\s*[=:]((?:\\s*(?:/\\*[^]*?\\*/)?\\s*\\|?\\s*'[a-z-]+')+)`).exec(
    textOf(path),
  )
  return [...(union?.[1] ?? '').matchAll(/'([a-z-]+)'/g)].map(([, member]) => member!)
}

const RULE = `title: T
logsource: {product: aws, service: cloudtrail}
detection: {s: {eventName: X}, condition: s}
trailwarden:
  id: t
`
const CORRELATION = 'title: T\ncorrelation: {'

/** What the loader says it would have expected, when a rule ends in something unheard of. */
const named = (start: string, end: string): string[] => {
  const [refused] = loadRules([{ path: 'rule.yml', text: start + end }]).rejected
  const expected = /expected (?:one of )?([\w, ]+?)(?:, found| with|$)/.exec(refused?.message ?? '')?.[1]
  return expected?.split(', ') ?? []
}

let all: readonly Verb[] = []
beforeAll(async () => {
  all = await verbs()
})

describe('everything there is stands on its page', () => {
  it('names every rule, every derived field and every key of ours', () => {
    expect(
      unnamed(
        'docs/rules.md',
        shippedRules().map(({ ref }) => ref.id),
      ),
    ).toEqual([])
    expect(unnamed('docs/rules.md', DERIVED_FIELDS)).toEqual([])
    const keys = [...named(RULE, '  unheard: 1'), ...named(RULE, '  cases: [{unheard: 1}]')]
    expect(keys).toContain('playbook')
    expect(unnamed('docs/rules.md', keys)).toEqual([])
  })

  it('names every type of correlation and every comparison', () => {
    const types = named(CORRELATION, 'type: unheard, rules: [a], timespan: 1m}')
    const comparisons = named(
      CORRELATION,
      'type: event_count, rules: [a], timespan: 1m, condition: {unheard: 1}}',
    )
    expect([types.length, comparisons.length]).toEqual([7, 6])
    expect(unnamed('docs/rules.md', [...types, ...comparisons])).toEqual([])
  })

  it('names every query, table, column and function of the dialect', () => {
    expect(
      unnamed(
        'docs/queries.md',
        shippedQueries().map(({ name }) => name),
      ),
    ).toEqual([])
    expect(unnamed('docs/queries.md', FUNCTIONS.keys())).toEqual([])
    expect(unnamed('docs/queries.md', Object.keys(TABLES))).toEqual([])
    const columns = Object.values(TABLES).flatMap((table) => table.map(({ field }) => field))
    expect(unnamed('docs/queries.md', columns)).toEqual([])
  })

  it('names every playbook and every containment action', () => {
    expect(unnamed('docs/containment.md', namesIn('playbooks', '.yml'))).toEqual([])
    const page = textOf('docs/containment.md')
    expect(PLANNED_TYPES.filter((type) => !page.includes(`\n### ${type}\n`))).toEqual([])
  })

  it('names every parameter and every function of the stack', () => {
    const stack = parse(textOf('serverless.yml'), { logLevel: 'silent', merge: true })
    expect(Object.keys(stack.params.default).length).toBeGreaterThan(10)
    expect(unnamed('docs/deploy.md', Object.keys(stack.params.default))).toEqual([])
    expect(unnamed('docs/deploy.md', Object.keys(stack.functions))).toEqual([])
  })

  it('gives no parameter and no role that the stack has not', () => {
    const stack = parse(textOf('serverless.yml'), { logLevel: 'silent', merge: true })
    const rowsBelow = (heading: string) => {
      const section = textOf('docs/deploy.md').split(`\n## ${heading}\n`)[1]!.split('\n## ')[0]!
      return [...section.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name]) => name!)
    }
    expect(rowsBelow('Deploy').toSorted()).toEqual(Object.keys(stack.params.default).toSorted())
    expect(rowsBelow('What each function may do').toSorted()).toEqual(Object.keys(stack.functions).toSorted())
  })

  it('gives the defaults that serverless.yml has', () => {
    const defaults: Record<string, string> = parse(textOf('serverless.yml'), {
      logLevel: 'silent',
      merge: true,
    }).params.default
    const page = textOf('docs/deploy.md')
    const wrong = Object.entries(defaults).filter(
      ([name, value]) => !page.includes(`| \`${name}\` | ${value === '' ? 'empty' : `\`${value}\``} |`),
    )
    expect(wrong).toEqual([])
  })

  it('names every verdict', () => {
    expect(unnamed('docs/evidence.md', VERDICT_STATUSES)).toEqual([])
  })

  it('names every reason that validation can give', () => {
    expect(unnamed('docs/evidence.md', reasonsOfValidation())).toEqual([])
  })

  it('names every reason to skip a file, to reject an event, to ignore a message', () => {
    const reasons = [
      ...unionIn('lib/trail/object-key.ts', 'OtherReason'),
      ...unionIn('lib/errors.ts', 'UnreadableReason'),
      ...unionIn('lib/errors.ts', 'QuarantineReason'),
      ...unionIn('lib/trail/log-file.ts', 'readonly reason'),
      ...unionIn('lib/trail/envelope.ts', 'IgnoredReason'),
      ALREADY,
      ...['digest', 'placeholder', 'vanished', 'duplicate', 'superseded', 'rejected'],
    ]
    expect(reasons.length).toBeGreaterThan(30)
    expect(unnamed('docs/how-it-works.md', reasons)).toEqual([])
  })

  it('names every verb and long option on the page of its verb', () => {
    const unknown = all.flatMap(({ path, options }) => {
      const page = PAGE_OF_VERB[path.split(' ')[0]!]
      if (!page) return [`${path}: no page`]
      const verb = path === '' || textOf(page).includes(path) ? [] : [`${page}: ${path}`]
      const common = path === '' ? [] : ['--help', '--no-color']
      const missing = unnamed(
        page,
        options.filter((name) => !common.includes(name)),
      )
      return [...verb, ...missing.map((option) => `${page}: ${path} ${option}`)]
    })
    expect(unknown).toEqual([])
  })
})

const PAGE_OF_VERB: Readonly<Record<string, string>> = {
  '': 'docs/how-it-works.md',
  scan: 'docs/how-it-works.md',
  verify: 'docs/evidence.md',
  ingest: 'docs/queries.md',
  query: 'docs/queries.md',
  contain: 'docs/containment.md',
  investigate: 'docs/investigate.md',
  rules: 'docs/rules.md',
}

/** Kebab-case words of lib/integrity that are no reasons. */
const NO_REASONS = [
  'tail-missing',
  'backfill-digest',
  'backfill-generation-timestamp',
  'unknown-name',
  'extra-member',
]

function reasonsOfValidation(): string[] {
  const sources = namesIn('lib/integrity', '.ts').map((name) => textOf(`lib/integrity/${name}.ts`))
  const words = sources.flatMap((text) =>
    [...text.matchAll(/'([a-z]+(?:-[a-z]+)+)'/g)].map(([, word]) => word!),
  )
  const reasons = new Set([...words, 'moved', ...unionIn('lib/errors.ts', 'UnreadableReason')])
  return [...reasons].filter((word) => !NO_REASONS.includes(word))
}

describe('everything that stands on a page is there', () => {
  it('has tables that are made from what is shipped', () => {
    const behind = [...madePages()].filter(([page, text]) => textOf(page) !== text).map(([page]) => page)
    expect(behind, 'npm run docs').toEqual([])
  })

  it.each(PAGES)('%s links to files that exist', (page) => {
    const links = [...textOf(page).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, target]) => target!)
    const broken = links.filter(
      (target) => !/^[a-z]+:/.test(target) && !existsSync(join(root, dirname(page), target)),
    )
    expect(broken).toEqual([])
  })

  it.each(PAGES)('%s names files of the repository that exist', (page) => {
    const paths = [
      ...textOf(page).matchAll(
        /`((?:bin|docs|examples|functions|lib|playbooks|queries|resources|rules|scripts|test)\/[\w./-]*)`/g,
      ),
    ]
    expect(paths.map(([, path]) => path!).filter((path) => !existsSync(join(root, path)))).toEqual([])
  })

  it.each(PAGES)('%s names npm scripts that exist', (page) => {
    const scripts = JSON.parse(textOf('package.json')).scripts
    const named = [...textOf(page).matchAll(/\bnpm run (?:-s )?([a-z][\w:-]*)/g)].map(([, name]) => name!)
    expect(named.filter((name) => !(name in scripts))).toEqual([])
  })

  it.each(PAGES)('%s uses verbs and options that exist', (page) => {
    const wrong = commandsOf(page).flatMap((command) => {
      const line = /(?:^|\s)(?:npm run -s trailwarden --|npx trailwarden|trailwarden)\s+(.*)$/.exec(
        command,
      )?.[1]
      return line === undefined ? [] : faultsOf(line)
    })
    expect(wrong).toEqual([])
  })

  it.each(PAGES)('%s sets parameters that exist', (page) => {
    const parameters = Object.keys(
      parse(textOf('serverless.yml'), { logLevel: 'silent', merge: true }).params.default,
    )
    const set = [...textOf(page).matchAll(/--param[= ]["']?(\w+)=/g)]
      .filter(({ index }) => /sls deploy[^\n]*$/.test(textOf(page).slice(0, index)))
      .map(([, name]) => name!)
    expect(set.filter((name) => !parameters.includes(name))).toEqual([])
  })
})

/** What is wrong with a command line of ours, without the program's name. */
const faultsOf = (line: string): string[] => {
  const words = line.split(/\s+/)
  const verb = [2, 1, 0]
    .map((n) => words.slice(0, n).join(' '))
    .find((path) => all.some((one) => one.path === path))!
  const { options } = all.find(({ path }) => path === verb)!
  if (verb === '' && !words[0]!.startsWith('-')) return [`no verb: ${line}`]
  return words
    .filter((word) => word.startsWith('--'))
    .map((word) => word.replace(/=.*$/, ''))
    .filter((option) => !options.includes(option))
    .map((option) => `${option}: ${line}`)
}

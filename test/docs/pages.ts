import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { trailwarden } from '../support/cli.ts'

export const root = join(import.meta.dirname, '../..')
export const textOf = (path: string): string => readFileSync(join(root, path), 'utf8')

/** Every page that people read, by its path from the root. */
export const PAGES: readonly string[] = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'].filter((name) =>
    existsSync(join(root, name)),
  ),
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
  ...readdirSync(join(root, 'examples'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('README.md'))
    .map((name) => `examples/${name}`),
]

/** Fenced blocks of a page: language and text. */
export const blocksOf = (page: string): { language: string; text: string }[] =>
  [...textOf(page).matchAll(/^ *```(\w*)\n([\s\S]*?)^ *```$/gm)].map(([, language, text]) => ({
    language: language!,
    text: text!,
  }))

/** Command lines of a page's shell blocks, continued lines joined, comments and redirections cut. */
export const commandsOf = (page: string): string[] =>
  blocksOf(page)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => text.replaceAll('\\\n', ' ').split('\n'))
    .flatMap((line) => line.split(/\s&&\s|\s\|\s|;\s/))
    .map((line) =>
      line
        .replace(/(^|\s)#.*$/, '')
        .replace(/\s>.*$/, '')
        .trim(),
    )
    .filter(Boolean)

export interface Verb {
  /** `contain plan`; empty for the program itself. */
  readonly path: string
  readonly options: readonly string[]
}

/** Every verb of the command line with its long options, as its own help tells them. */
export const verbs = async (path: readonly string[] = []): Promise<Verb[]> => {
  const { stdout } = await trailwarden([...path, '--help'])
  const options = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[a-z0-9-]+)/gm)].map(([, name]) => name!)
  const commands = stdout.split('\nCommands:\n')[1]?.split('\n\n')[0] ?? ''
  const names = [...commands.matchAll(/^ {2}([a-z]+)/gm)]
    .map(([, name]) => name!)
    .filter((name) => name !== 'help')
  const below = await Promise.all(names.map((name) => verbs([...path, name])))
  return [{ path: path.join(' '), options }, ...below.flat()]
}

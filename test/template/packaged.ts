import { existsSync, readFileSync, statSync } from 'node:fs'

const file = new URL('../../.serverless/cloudformation-template-update-stack.json', import.meta.url)

/** Why there is nothing to test; empty when there is. Packaging is a step of its own: npm run package. */
export const whyNot = existsSync(file) ? '' : 'nothing is packaged: npm run package'
if (whyNot) console.warn(`template tests skipped: ${whyNot}`)

export interface Resource {
  readonly Type: string
  readonly Condition?: string
  // biome-ignore lint/suspicious/noExplicitAny: CloudFormation's own shapes, a different one per type
  readonly Properties: any
}

export interface Template {
  readonly Parameters: Readonly<Record<string, unknown>>
  readonly Resources: Readonly<Record<string, Resource>>
}

/** The template as it would be deployed. */
export const template: Template = whyNot
  ? { Parameters: {}, Resources: {} }
  : JSON.parse(readFileSync(file, 'utf8'))

/** Resources of a type, by logical id. */
export const ofType = (type: string): readonly (readonly [string, Resource])[] =>
  Object.entries(template.Resources).filter(([, resource]) => resource.Type === type)

/** The logical id behind `Ref` or `Fn::GetAtt`. */
export const targetOf = (value: {
  readonly Ref?: string
  readonly 'Fn::GetAtt'?: readonly string[]
}): string => value.Ref ?? value['Fn::GetAtt']?.[0] ?? ''

/** A function's short name: `trailwarden-main-contain` -> `contain`. */
export const shortName = (resource: Resource): string =>
  resource.Properties.FunctionName.replace(/^trailwarden-[a-z0-9]+-/, '')

export const bundle = (name: string) => {
  const path = new URL(`../../dist/${name}/index.js`, import.meta.url)
  return { bytes: statSync(path).size, text: readFileSync(path, 'utf8') }
}

import { type DefaultTreeAdapterTypes, parse, parseFragment } from 'parse5'

type Node = DefaultTreeAdapterTypes.Node

/** Every element of a document with its attributes, as an indented outline: text is left out, comments are shown. */
export const outline = (html: string): string => lines(parse(html), 0).join('\n')

export const fragmentOutline = (html: string): string => lines(parseFragment(html), 0).join('\n')

const lines = (node: Node, depth: number): string[] => [
  ...(node.nodeName === '#text' ? [] : [`${' '.repeat(depth)}${node.nodeName}${attributes(node)}`]),
  ...('childNodes' in node ? node.childNodes.flatMap((child) => lines(child, depth + 1)) : []),
]

const attributes = (node: Node): string =>
  'attrs' in node ? node.attrs.map(({ name, value }) => ` ${name}=${JSON.stringify(value)}`).join('') : ''

export interface Attribute {
  readonly element: string
  readonly name: string
  readonly value: string
}

/** All elements and attributes of a document. */
export const inventory = (
  html: string,
): { elements: Set<string>; attributes: Attribute[]; comments: number } => {
  const elements = new Set<string>()
  const found: Attribute[] = []
  let comments = 0
  const visit = (node: Node): void => {
    if (node.nodeName === '#comment') comments++
    if ('attrs' in node) {
      elements.add(node.nodeName)
      for (const { name, value } of node.attrs) found.push({ element: node.nodeName, name, value })
    }
    if ('childNodes' in node) for (const child of node.childNodes) visit(child)
  }
  visit(parse(html))
  return { elements, attributes: found, comments }
}

/** All text of a document, as a reader sees it. */
export const textOf = (html: string): string => {
  const visit = (node: Node): string =>
    node.nodeName === '#text' && 'value' in node
      ? node.value
      : 'childNodes' in node && node.nodeName !== 'style'
        ? node.childNodes.map(visit).join('')
        : ''
  return visit(parse(html)).replaceAll(/\s+/g, ' ')
}

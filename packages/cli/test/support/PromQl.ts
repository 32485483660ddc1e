/** What an expression of PromQL asks for, by Prometheus' own grammar. */
import type { SyntaxNode } from "@lezer/common"
import { parser } from "@prometheus-io/lezer-promql"

export interface Asked {
  readonly metric: string
  readonly labels: ReadonlyArray<{ readonly name: string; readonly value: string; readonly operator: string }>
  /** The names that an aggregation around it keeps. */
  readonly groupedBy: ReadonlyArray<string>
  /** The function it is the argument of: `rate`. */
  readonly within: string | undefined
}

const nodesIn = (node: SyntaxNode, name: string): ReadonlyArray<SyntaxNode> => {
  const found: Array<SyntaxNode> = []
  node.cursor().iterate((each) => {
    if (each.name === name) found.push(each.node)
  })
  return found
}

const ancestors = function*(node: SyntaxNode): Iterable<SyntaxNode> {
  for (let parent = node.parent; parent !== null; parent = parent.parent) yield parent
}

/** Every selector of an expression; throws where it is none. */
export const askedBy = (expression: string): ReadonlyArray<Asked> => {
  const top = parser.parse(expression).topNode
  const textOf = ({ from, to }: SyntaxNode): string => expression.slice(from, to)
  if (nodesIn(top, "⚠").length > 0) throw new Error(`no PromQL: ${expression}`)
  return nodesIn(top, "VectorSelector").map((selector) => {
    const around = [...ancestors(selector)]
    const name = selector.getChild("Identifier")
    const call = around.find((node) => node.name === "FunctionCall")?.getChild("FunctionIdentifier")
    return {
      metric: name === null ? "" : textOf(name),
      labels: nodesIn(selector, "UnquotedLabelMatcher").map((matcher) => {
        const [, label = "", operator = "", value = ""] = /^(\w+)\s*(=~|!~|!=|=)\s*"(.*)"$/.exec(textOf(matcher)) ?? []
        return { name: label, operator, value }
      }),
      groupedBy: around.filter((node) => node.name === "AggregateExpr").flatMap((node) =>
        (node.getChild("AggregateModifier")?.getChild("GroupingLabels")?.getChildren("LabelName") ?? []).map(textOf)
      ),
      within: call === null || call === undefined ? undefined : textOf(call)
    }
  })
}

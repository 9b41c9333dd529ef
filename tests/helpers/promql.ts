import { parser } from '@prometheus-io/lezer-promql';

export interface Matcher {
  label: string;
  operator: string;
  value: string;
}

export interface Selector {
  metric: string;
  matchers: Matcher[];
  /** Whether a range of time is asked for, as in `x[5m]`. */
  isRange: boolean;
}

export interface ParsedQuery {
  /** What the grammar stumbles over. */
  faults: string[];
  selectors: Selector[];
  /** Labels that results are grouped or matched by. */
  groupings: string[];
}

type Node = ReturnType<typeof parser.parse>['topNode'];

const childrenOf = (node: Node, name: string): Node[] => node.getChildren(name);

/** What a PromQL query asks for, by Prometheus' own grammar. */
export const parseQuery = (query: string): ParsedQuery => {
  // Grafana fills its variables in before it asks.
  const text = query.replaceAll('$__rate_interval', '5m');
  const textOf = (node: Node | null): string => (node === null ? '' : text.slice(node.from, node.to));
  const parsed: ParsedQuery = { faults: [], selectors: [], groupings: [] };

  const selectorOf = (node: Node): Selector => ({
    metric: textOf(node.getChild('Identifier')),
    matchers: childrenOf(node, 'LabelMatchers')
      .flatMap((matchers) => childrenOf(matchers, 'UnquotedLabelMatcher'))
      .map((matcher) => ({
        label: textOf(matcher.getChild('LabelName')),
        operator: textOf(matcher.getChild('MatchOp')),
        value: textOf(matcher.getChild('StringLiteral')).slice(1, -1),
      })),
    isRange: node.parent?.name === 'MatrixSelector',
  });

  parser.parse(text).iterate({
    enter: ({ node, type, from }) => {
      if (type.isError) parsed.faults.push(`${text} at ${from}`);
      if (node.name === 'VectorSelector') parsed.selectors.push(selectorOf(node));
      if (node.name === 'GroupingLabels') parsed.groupings.push(...childrenOf(node, 'LabelName').map(textOf));
    },
  });
  return parsed;
};

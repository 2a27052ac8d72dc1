// A plugin of graphql-codegen: the operations of the client as short texts that share their fragments, so that the client is small.
import { print, stripIgnoredCharacters, visit } from 'graphql';

/** The generated module's part that runs. */
export function plugin(_schema, documents) {
  const definitions = documents.flatMap(({ document }) => document.definitions).sort(byName);
  const fragments = new Map(definitions.filter(isFragment).map((fragment) => [fragment.name.value, fragment]));
  const operations = definitions.filter((definition) => !isFragment(definition));
  return {
    prepend: ["import { operation } from '../operation.ts';"],
    content: [
      ...[...fragments.values()].map((fragment) => `const ${fragment.name.value} = ${textOf(fragment)};`),
      ...operations.map((definition) => {
        const name = definition.name.value;
        const result = name + capitalized(definition.operation);
        const used = [...usedBy(definition, fragments)].sort();
        const parts = used.length === 0 ? '' : `, [${used.join(', ')}]`;
        return `export const ${name}Document = /* @__PURE__ */ operation<${result}, ${result}Variables>(${textOf(definition)}${parts});`;
      }),
    ].join('\n'),
  };
}

const isFragment = ({ kind }) => kind === 'FragmentDefinition';
const byName = (a, b) => (a.name.value < b.name.value ? -1 : 1);
const capitalized = (word) => word[0].toUpperCase() + word.slice(1);
const textOf = (node) => `'${stripIgnoredCharacters(print(node)).replaceAll("'", "\\'")}'`;

/** The names of the fragments that a definition spreads, and of those that these spread. */
function usedBy(definition, fragments, found = new Set()) {
  visit(definition, {
    FragmentSpread({ name: { value } }) {
      if (found.has(value)) return;
      found.add(value);
      usedBy(fragments.get(value), fragments, found);
    },
  });
  return found;
}

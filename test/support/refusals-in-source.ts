import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/**
 * Which refusals the code of a mutation can give, read from its source. Declarations at the top of a file begin at column 0,
 * as the formatter has them, so a file falls into declarations without a parser. From an exported function one follows every
 * name that it uses, through its file and its imports, and notes what is made by `new Refusal` and by the factories of it.
 */

interface Declaration {
  readonly name: string;
  /** Without comments. */
  readonly code: string;
  /** The names that the code uses: no properties, no keys. */
  readonly uses: ReadonlySet<string>;
}

interface Source {
  readonly declarations: ReadonlyMap<string, Declaration>;
  /** What a name that is imported, or handed on, is called where it comes from. */
  readonly imports: ReadonlyMap<string, { readonly file: string; readonly name: string }>;
}

export interface Refusals {
  /** `NotFoundError`, or with its code where that decides how it is shown: `AuthenticationError TOO_MANY_ATTEMPTS`. */
  readonly types: ReadonlySet<string>;
  /** Declarations from which one is made: `src/errors.ts invalid`. */
  readonly makers: ReadonlySet<string>;
}

// What lives as long as the server is asked by its methods, not by a name that is imported.
const heldByServer: Record<string, { file: string; name: string }> = {
  'passwords.': { file: 'src/auth/passwords.ts', name: 'createPasswords' },
};

const beginning =
  /^(?:export )?(?:default )?(?:declare )?(?:async )?(?:abstract )?(?:function\*?|const|let|class|interface|type|enum) (\w+)/;

const without = (text: string, ...patterns: RegExp[]): string =>
  patterns.reduce((left, pattern) => left.replace(pattern, ''), text);

function read(file: string): Source {
  const text = without(readFileSync(file, 'utf8'), /\/\*[\s\S]*?\*\//g, /^\s*\/\/.*$/gm);
  const imports = new Map<string, { file: string; name: string }>();
  for (const [, names, from] of text.matchAll(/^(?:import|export) (?:type )?\{([^}]*)\} from '(\.[^']*)';/gm)) {
    for (const named of names!.split(',')) {
      const [name, alias = name] = named
        .trim()
        .replace(/^type /, '')
        .split(' as ');
      if (name) imports.set(alias!, { file: normalize(join(dirname(file), from!)), name });
    }
  }

  const declarations = new Map<string, Declaration>();
  const code = text.replace(/^(?:import|export \{|export type \{)[\s\S]*?;$/gm, '');
  for (const chunk of code.split(/^(?=(?:export|async|abstract|declare|function|const|let|class|interface|type|enum) )/m)) {
    const name = beginning.exec(chunk)?.[1];
    if (!name || /^(?:export )?(?:interface|type) /.test(chunk)) continue;
    // A function that is declared once for each of its signatures is one.
    const whole = (declarations.get(name)?.code ?? '') + chunk;
    declarations.set(name, { name, code: whole, uses: namesIn(whole) });
  }
  return { declarations, imports };
}

/** A name after a dot is a property, and one before a colon a key; three dots are a spread. */
const namesIn = (code: string): Set<string> =>
  new Set(
    [...code.replace(/'(?:[^'\\\n]|\\.)*'/g, "''").matchAll(/(?<!(?<!\.\.)\.)\b[A-Za-z_]\w*\b(?!:)/g)].map(([name]) => name),
  );

const sources = new Map<string, Source>();
function sourceOf(file: string): Source {
  const source = sources.get(file) ?? read(file);
  sources.set(file, source);
  return source;
}

/** What the declarations make of themselves, by the word that the code uses for it. */
function madeIn(file: string, { code }: Declaration): { types: Set<string>; makers: Set<string> } {
  const types = new Set<string>();
  const makers = new Set<string>();
  for (const [, argument = ''] of code.matchAll(/\bnew Refusal\(\s*([^,)]*)/g)) {
    const type = /^'(\w+)'$/.exec(argument)?.[1];
    if (!type) throw new Error(`${file} makes a refusal whose type can't be read: new Refusal(${argument}`);
    types.add(type);
    makers.add(file);
  }
  return { types, makers };
}

/** Everything that can be refused once the function runs. Throws where the file has no such function. */
export function refusalsOf(file: string, name: string): Refusals {
  const types = new Set<string>();
  const makers = new Set<string>();
  const seen = new Set<string>();

  function follow(place: { file: string; name: string }): void {
    const key = `${place.file} ${place.name}`;
    if (seen.has(key)) return;
    seen.add(key);
    const source = sourceOf(place.file);
    const declaration = source.declarations.get(place.name);
    if (!declaration) {
      // A type, or what comes from a package, is nowhere.
      const handedOn = source.imports.get(place.name);
      if (handedOn) follow(handedOn);
      return;
    }
    for (const type of madeIn(place.file, declaration).types) {
      types.add(type);
      makers.add(key);
    }
    const next = [...declaration.uses].flatMap((used) => {
      if (used !== place.name && source.declarations.has(used)) return [{ file: place.file, name: used }];
      const imported = source.imports.get(used);
      return imported ? [imported] : [];
    });
    for (const [property, held] of Object.entries(heldByServer)) if (declaration.code.includes(property)) next.push(held);
    for (const used of next) {
      if (used.name === 'authenticationRefusal') {
        makers.add(key);
        for (const type of authenticationIn(declaration.code)) types.add(type);
      } else follow(used);
      if (used.file === 'src/errors.ts' && factories.has(used.name)) makers.add(key);
    }
  }

  if (!sourceOf(file).declarations.has(name)) throw new Error(`${file} has no ${name}.`);
  follow({ file, name });
  return { types, makers };
}

/** TOO_MANY_ATTEMPTS is shown at the top level where the result has no AuthenticationError; every other code needs it. */
const authenticationIn = (code: string): string[] => {
  const calls = [...code.matchAll(/\bauthenticationRefusal\(\s*([^,)]*)/g)].map(([, argument]) => argument!.trim());
  const other = calls.filter((argument) => argument !== "'TOO_MANY_ATTEMPTS'");
  return [
    ...(other.length > 0 || calls.length === 0 ? ['AuthenticationError'] : []),
    ...(other.length < calls.length ? ['AuthenticationError TOO_MANY_ATTEMPTS'] : []),
  ];
};

/** The functions of src/errors.ts that make refusals. */
const factories = new Set(
  [...sourceOf('src/errors.ts').declarations.values()]
    .filter((declaration) => madeIn('src/errors.ts', declaration).types.size > 0)
    .map(({ name }) => name),
);

/** Every declaration below src/ that makes a refusal, itself or by a factory; the factories, and the schema, which shows refusals, left out. */
export function everyMaker(): string[] {
  return readdirSync('src', { recursive: true, encoding: 'utf8' })
    .map((file) => join('src', file))
    .filter((file) => file.endsWith('.ts') && !/^src\/(generated\/|schema\/|errors\.ts)/.test(file))
    .flatMap((file) => {
      const { declarations, imports } = sourceOf(file);
      const isFactory = (used: string) => {
        const imported = imports.get(used);
        return imported?.file === 'src/errors.ts' && factories.has(imported.name);
      };
      return [...declarations.values()]
        .filter(
          (declaration) =>
            madeIn(file, declaration).types.size > 0 ||
            [...declaration.uses].some((used) => used !== declaration.name && isFactory(used)),
        )
        .map(({ name }) => `${file} ${name}`);
    });
}

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const SRC = join(__dirname, '..', '..', 'src');

/** The modules of the bundle, as bundle.test.ts has them. */
const BUNDLED = /^(workflows|interface)[/]|^wechatpay[/]([a-z0-9-]+[/])?(errors|states|compare|times)[.]ts$/;

function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(SRC, join(entry.parentPath, entry.name)))
    .filter((file) => BUNDLED.test(file));
}

/** Methods that change what they are called on. */
const CHANGING = /^(set|add|delete|clear|push|pop|shift|unshift|splice|sort|reverse|fill|copyWithin)$/;

/** The name at the beginning of `a.b[c].d`. */
function rootOf(node: ts.Expression): string | undefined {
  if (ts.isIdentifier(node)) return node.text;
  if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) return rootOf(node.expression);
  if (ts.isNonNullExpression(node) || ts.isParenthesizedExpression(node) || ts.isAsExpression(node))
    return rootOf(node.expression);
  return undefined;
}

/** Names that stand for the same thing in all of a module: its constants, functions, classes, and what it imports. */
function namesOf(source: ts.SourceFile): Set<string> {
  const names = new Set<string>();
  for (const statement of source.statements) {
    if (ts.isVariableStatement(statement)) {
      for (const { name } of statement.declarationList.declarations) if (ts.isIdentifier(name)) names.add(name.text);
    } else if ((ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) && statement.name) {
      names.add(statement.name.text);
    } else if (ts.isImportDeclaration(statement)) {
      const bindings = statement.importClause?.namedBindings;
      if (statement.importClause?.name) names.add(statement.importClause.name.text);
      if (bindings && ts.isNamespaceImport(bindings)) names.add(bindings.name.text);
      if (bindings && ts.isNamedImports(bindings)) for (const { name } of bindings.elements) names.add(name.text);
    }
  }
  return names;
}

/** What is changed by this node, if it changes something. */
function changedBy(node: ts.Node): ts.Expression | undefined {
  if (ts.isBinaryExpression(node)) {
    const { kind } = node.operatorToken;
    const assigns = kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
    return assigns ? node.left : undefined;
  }
  if (ts.isPostfixUnaryExpression(node)) return node.operand;
  if (ts.isPrefixUnaryExpression(node)) {
    const counts = [ts.SyntaxKind.PlusPlusToken, ts.SyntaxKind.MinusMinusToken].includes(node.operator);
    return counts ? node.operand : undefined;
  }
  if (ts.isDeleteExpression(node)) return node.expression;
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined;
  const { expression, name } = node.expression;
  if (expression.getText() === 'Object' && name.text === 'assign') return node.arguments[0];
  return CHANGING.test(name.text) ? expression : undefined;
}

/** What a module keeps from one call to the next, other than constants: all workflows of a worker would share it. */
function stateIn(file: string, code: string): string[] {
  const found: string[] = [];
  const source = ts.createSourceFile(file, code, ts.ScriptTarget.ES2022, true);
  const say = (node: ts.Node): void => void found.push(`${file}: ${node.getText().split('\n')[0]}`);
  const isFilled = (value: ts.Expression | undefined): boolean => {
    if (value === undefined) return false;
    if (ts.isNewExpression(value)) {
      const made = value.expression.getText();
      // A table that is filled where it is made, and is read from then on, has a type that says so.
      return /^(Map|Set|WeakMap|WeakSet|Array)$/.test(made) && (value.arguments?.length ?? 0) === 0;
    }
    return (
      (ts.isArrayLiteralExpression(value) && value.elements.length === 0) ||
      (ts.isObjectLiteralExpression(value) && value.properties.length === 0)
    );
  };
  for (const statement of source.statements) {
    if (ts.isVariableStatement(statement)) {
      const constant = (statement.declarationList.flags & ts.NodeFlags.Const) !== 0;
      if (!constant || statement.declarationList.declarations.some((one) => isFilled(one.initializer))) say(statement);
    }
    if (ts.isClassDeclaration(statement)) {
      for (const member of statement.members) {
        const modifiers = ts.canHaveModifiers(member) ? (ts.getModifiers(member) ?? []) : [];
        if (ts.isPropertyDeclaration(member) && modifiers.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword)) {
          say(member);
        }
      }
    }
  }
  const names = namesOf(source);
  const look = (node: ts.Node): void => {
    const changed = changedBy(node);
    const root = changed && rootOf(changed);
    if (root !== undefined && names.has(root)) say(node);
    ts.forEachChild(node, look);
  };
  look(source);
  return found;
}

describe('the modules of the workflows', () => {
  it('keep nothing between two workflows, which share them', () => {
    const all = files(SRC);
    expect(all).toContain('workflows/customs-declaration.ts');
    expect(all).toContain('wechatpay/customs/states.ts');
    expect(all.flatMap((file) => stateIn(file, readFileSync(join(SRC, file), 'utf8')))).toEqual([]);
  });

  it.each([
    'let last: string | undefined;',
    'export let count = 0;',
    'const seen = new Set<string>();',
    'const answers: string[] = [];',
    'export const byId: Record<string, string> = {};',
    'export class Counter { static count = 0; }',
    'const state = { count: 0 }; export const next = () => (state.count += 1);',
    'const state = { count: 0 }; export const next = () => state.count++;',
    "const seen = new Set(['a']); export const see = (id: string) => seen.add(id);",
    "const answers = ['a']; export function keep(one: string) { answers.push(one); }",
    "const byId: Record<string, string> = { a: 'b' }; export const forget = (id: string) => delete byId[id];",
    "import { TABLE } from './table'; export const change = () => Object.assign(TABLE, { a: 1 });",
    "import * as tables from './table'; export const change = () => tables.first.set('a', 1);",
  ])('are looked through for %s', (code) => {
    expect(stateIn('a.ts', code)).toHaveLength(1);
  });

  it.each([
    "const TABLE = new Map([['a', 1]]); export const of = (key: string) => TABLE.get(key);",
    "const NAMES = ['b', 'a'] as const; export const sorted = () => [...NAMES].sort();",
    'export function counted() { const counts = { a: 0 }; counts.a += 1; return counts; }',
    'export class Inbox { readonly all: string[] = []; take(one: string) { this.all.push(one); } }',
  ])('may have %s', (code) => {
    expect(stateIn('a.ts', code)).toEqual([]);
  });
});

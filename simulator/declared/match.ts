import type {
  BodyNode,
  Pointer,
  RequestRule,
  Template,
  TemplatePart,
  VendorDeclaration,
} from '../../src/vendor-file/declaration.ts';
import type { SimulatorRequest } from '../simulator.ts';
import { parseForm } from './form.ts';
import { getAt, removeAt } from './json.ts';

/** What a request says in a rule's places. */
export interface Matched {
  /** Ids, settings and `limit` by name. */
  readonly named: Readonly<Record<string, string>>;
  /** What `{ids}` holds. */
  readonly many: readonly string[] | null;
  /** What stands where the status answer's values belong. */
  readonly answered: readonly { readonly pointer: Pointer; readonly text: string }[];
  /** The body as JSON, a form too; null without one. */
  readonly body: unknown;
}

/** Why a request is not what a rule says. */
export interface Mismatch {
  /** One sentence; null where method and path are another call's. */
  readonly problem: string | null;
}

export interface MatchOptions {
  /** What an account's base URL has below the mount, split. */
  readonly basePath: readonly string[];
  /** Query parameters that may be there beside the rule's own. */
  readonly furtherQuery?: readonly string[];
  /** Places of the body where something may stand beside the rule's own. */
  readonly furtherBody?: readonly Pointer[];
  /** The body may hold more than the rule says: an order. */
  readonly hasOrder?: boolean;
}

type Found = Map<string, string | readonly string[]>;

/** Says whether a request is as a rule has it: its path, query, headers and body, no more and no less. */
export class RequestMatcher {
  private readonly rule: RequestRule;
  private readonly declaration: VendorDeclaration;
  private readonly options: MatchOptions;
  private readonly expressions = new Map<Template, TemplateExpression>();

  constructor(rule: RequestRule, declaration: VendorDeclaration, options: MatchOptions) {
    this.rule = rule;
    this.declaration = declaration;
    this.options = options;
  }

  match(request: SimulatorRequest): Matched | Mismatch {
    const found: Found = new Map();
    const answered: Matched['answered'][number][] = [];
    const places = { found, answered };
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    if (method !== this.rule.method || !this.matchPath(request.segments, places)) return { problem: null };
    const problem = this.checkQuery(request.query, places) ?? this.checkHeaders(request.headers, places);
    if (problem !== null) return { problem };
    const body = readBody(request, this.rule.encoding);
    if (body === undefined)
      return { problem: `The body is no ${this.rule.encoding === 'form' ? 'form' : 'JSON'}.` };
    if (this.rule.body !== null) {
      const { furtherBody = [] } = this.options;
      const wrong = this.checkNode(this.rule.body, furtherBody.reduce(removeAt, body), [], places);
      if (wrong !== null) return { problem: wrong };
    }
    const many = found.get('ids');
    const named = [...found].filter((entry): entry is [string, string] => typeof entry[1] === 'string');
    return {
      named: Object.fromEntries(named),
      many: many === undefined ? null : typeof many === 'string' ? many.split(',') : many,
      answered,
      body,
    };
  }

  private matchPath(segments: readonly string[], places: Places): boolean {
    const { basePath } = this.options;
    if (!basePath.every((segment, index) => segments[index] === segment)) return false;
    return this.matchPieces(0, segments.slice(basePath.length), places);
  }

  /** A piece that may be left out is tried with and without. */
  private matchPieces(at: number, left: readonly string[], places: Places): boolean {
    const piece = this.rule.path[at];
    if (piece === undefined) return left.length === 0;
    const own = left.slice(0, piece.segments.length);
    const attempt: Places = { found: new Map(places.found), answered: [...places.answered] };
    const fits =
      own.length === piece.segments.length &&
      piece.segments.every((segment, index) => this.matchText(segment, own[index] ?? '', attempt)) &&
      this.matchPieces(at + 1, left.slice(own.length), attempt);
    if (fits) {
      for (const [name, value] of attempt.found) places.found.set(name, value);
      places.answered.splice(0, places.answered.length, ...attempt.answered);
      return true;
    }
    return piece.needs.length > 0 && this.matchPieces(at + 1, left, places);
  }

  private checkQuery(query: URLSearchParams, places: Places): string | null {
    for (const [name, template] of Object.entries(this.rule.query)) {
      const value = query.get(name);
      if (value === null && this.mayBeAbsent(template)) continue;
      if (value === null) return `The query parameter "${name}" is missing.`;
      if (!this.matchText(template, value, places))
        return `The query parameter "${name}" is not as it should be.`;
    }
    const known = new Set([...Object.keys(this.rule.query), ...(this.options.furtherQuery ?? [])]);
    const unknown = [...query.keys()].find((name) => !known.has(name));
    return unknown === undefined ? null : `There is no query parameter "${unknown}".`;
  }

  private checkHeaders(headers: SimulatorRequest['headers'], places: Places): string | null {
    for (const [name, template] of Object.entries({ ...this.declaration.headers, ...this.rule.headers })) {
      const value = headers[name.toLowerCase()];
      if (value === undefined && this.mayBeAbsent(template)) continue;
      if (value === undefined || !this.matchText(template, value, places))
        return `The header "${name}" is missing, or not as it should be.`;
    }
    return null;
  }

  private checkNode(node: BodyNode, value: unknown, path: Pointer, places: Places): string | null {
    const wrong = `"/${path.join('/')}" of the body is missing, or not as it should be.`;
    if ('value' in node) return String(value) === String(node.value) ? null : wrong;
    if ('template' in node) return this.matchValue(node.template, value, places) ? null : wrong;
    if ('list' in node) {
      if (!Array.isArray(value) || value.length !== node.list.length) return wrong;
      return firstProblem(
        node.list.map((entry, index) =>
          this.checkNode(entry, value[index], [...path, String(index)], places),
        ),
      );
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong;
    const extra = Object.keys(value).find((name) => !Object.hasOwn(node.members, name));
    if (extra !== undefined && this.options.hasOrder !== true) return `The body has no place for "${extra}".`;
    return firstProblem(
      Object.entries(node.members).map(([name, member]) => {
        const inner = getAt(value, [name]);
        if (inner === undefined && 'template' in member && this.mayBeAbsent(member.template)) return null;
        return this.checkNode(member, inner, [...path, name], places);
      }),
    );
  }

  private matchValue(template: Template, value: unknown, places: Places): boolean {
    const [only] = template;
    if (
      template.length === 1 &&
      only !== undefined &&
      'name' in only &&
      only.name === 'ids' &&
      Array.isArray(value)
    ) {
      places.found.set('ids', value.map(String));
      return true;
    }
    return (
      (typeof value === 'string' || typeof value === 'number') &&
      this.matchText(template, String(value), places)
    );
  }

  /** Text that is an optional id alone is left out with it. */
  private mayBeAbsent(template: Template): boolean {
    const [only] = template;
    if (template.length !== 1 || only === undefined || !('name' in only)) return false;
    const { locator, settings } = this.declaration;
    const isOptionalSetting = Object.hasOwn(settings, only.name) && settings[only.name]?.default === null;
    return locator[only.name]?.isOptional === true || isOptionalSetting;
  }

  private matchText(template: Template, text: string, { found, answered }: Places): boolean {
    const known = this.expressions.get(template) ?? toExpression(template, this.declaration);
    this.expressions.set(template, known);
    const groups = known.expression.exec(text)?.groups;
    if (groups === undefined) return known.parts.length === 0 && known.expression.test(text);
    return known.parts.every((part, index) => {
      const value = groups[`p${index}`] ?? '';
      if ('pointer' in part) return answered.push({ pointer: part.pointer, text: value }) > 0;
      if (found.has(part.name) && found.get(part.name) !== value) return false;
      found.set(part.name, value);
      return true;
    });
  }
}

interface Places {
  readonly found: Found;
  readonly answered: Matched['answered'][number][];
}

type Place = Exclude<TemplatePart, { readonly text: string }>;

interface TemplateExpression {
  readonly expression: RegExp;
  readonly parts: readonly Place[];
}

function toExpression(template: Template, { locator, settings }: VendorDeclaration): TemplateExpression {
  const parts: Place[] = [];
  const source = template.map((part) => {
    if ('text' in part) return part.text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
    parts.push(part);
    return `(?<p${parts.length - 1}>${patternOf(part)})`;
  });
  return { expression: new RegExp(`^(?:${source.join('')})$`, 'su'), parts };

  function patternOf(part: Place): string {
    if ('pointer' in part) return '.+';
    if (part.name === 'limit') return '[1-9][0-9]{0,5}';
    return (locator[part.name] ?? settings[part.name])?.pattern ?? '.+';
  }
}

function firstProblem(problems: readonly (string | null)[]): string | null {
  return problems.find((problem) => problem !== null) ?? null;
}

/** Undefined for what cannot be read; null for none. */
function readBody({ body }: SimulatorRequest, encoding: RequestRule['encoding']): unknown {
  if (body === '') return null;
  if (encoding === 'form') return parseForm(body);
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

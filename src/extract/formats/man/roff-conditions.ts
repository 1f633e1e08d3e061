/** What a condition may ask of the document. */
export interface ConditionContext {
  interpolate(text: string): string;
  /** Whether a string or macro has this name. */
  isDefined(name: string): boolean;
  isRegister(name: string): boolean;
}

/** A condition's value with the text behind it. */
export interface Condition {
  readonly isTrue: boolean;
  readonly text: string;
}

/** Decides the condition that `text` begins with, as nroff on a terminal does. */
export function evaluateCondition(source: string, context: ConditionContext): Condition {
  const negation = /^[ \t]*(!?)[ \t]*/.exec(source);
  const isNegated = negation?.[1] === '!';
  const body = source.slice(negation?.[0].length ?? 0);
  const found = oneLetter(body) ?? named(body, context) ?? compared(body, context) ?? numeric(body, context);
  return { isTrue: found.isTrue !== isNegated, text: found.text.trimStart() };
}

function oneLetter(body: string): Condition | undefined {
  const match = /^([nteovh])(?=[ \t\\]|$)/.exec(body);
  return match === null ? undefined : { isTrue: match[1] === 'n' || match[1] === 'o', text: body.slice(1) };
}

function named(body: string, context: ConditionContext): Condition | undefined {
  const match = /^([drcmFS])[ \t]*(\\\(..|\\\[[^\]]*\]|[^\s\\]+)/.exec(body);
  if (match === null) return undefined;
  const [whole, kind, name = ''] = match;
  const isTrue = kind === 'd' ? context.isDefined(name) : kind === 'r' ? context.isRegister(name) : true;
  return { isTrue, text: body.slice(whole.length) };
}

function compared(body: string, context: ConditionContext): Condition | undefined {
  const mark = body.charAt(0);
  if (!/['"|^,;~@#$`]/.test(mark) && mark !== '\u0007') return undefined;
  const middle = body.indexOf(mark, 1);
  const end = middle === -1 ? -1 : body.indexOf(mark, middle + 1);
  if (end === -1) return { isTrue: false, text: '' };
  const left = context.interpolate(body.slice(1, middle));
  return { isTrue: left === context.interpolate(body.slice(middle + 1, end)), text: body.slice(end + 1) };
}

function numeric(body: string, context: ConditionContext): Condition {
  const length = expressionLength(body);
  return { isTrue: evaluateNumber(context.interpolate(body.slice(0, length))) > 0, text: body.slice(length) };
}

/** Characters of the numeric expression at the start: up to a blank outside of parentheses, or a brace. */
function expressionLength(body: string): number {
  let depth = 0;
  for (let at = 0; at < body.length; at++) {
    const char = body[at];
    if (char === '\\') {
      if (/[{}]/.test(body[at + 1] ?? '')) return at;
      const name = /\\[n*w][+-]?(?:\[[^\]]*\]|\(..|'[^']*'|[^[(])/y;
      name.lastIndex = at;
      at += (name.exec(body)?.[0].length ?? 2) - 1;
    } else if (char === '(') depth++;
    else if (char === ')') depth--;
    else if ((char === ' ' || char === '\t') && depth <= 0) return at;
  }
  return body.length;
}

/** Value of a numeric expression; operators have no precedence, as in roff. What cannot be read counts as 0. */
export function evaluateNumber(text: string): number {
  const tokens = text.slice(0, 500).match(/\d+(?:\.\d+)?|<=|>=|==|<\?|>\?|[-+*/%<>=&:!()]/g) ?? [];
  let at = 0;
  const operand = (depth: number): number => {
    const token = tokens[at++];
    if (token === '(') {
      const value = expression(depth + 1);
      at++;
      return value;
    }
    if (token === '-') return -operand(depth);
    if (token === '+') return operand(depth);
    if (token === '!') return operand(depth) > 0 ? 0 : 1;
    const value = Number(token);
    return Number.isFinite(value) ? value : 0;
  };
  const expression = (depth: number): number => {
    let value = depth > 20 ? 0 : operand(depth);
    while (at < tokens.length && tokens[at] !== ')') value = apply(tokens[at++] ?? '', value, operand(depth));
    return value;
  };
  const value = expression(0);
  return Number.isFinite(value) ? value : 0;
}

function apply(operator: string, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return right === 0 ? 0 : Math.trunc(left / right);
    case '%':
      return right === 0 ? 0 : left % right;
    case '<':
      return Number(left < right);
    case '>':
      return Number(left > right);
    case '<=':
      return Number(left <= right);
    case '>=':
      return Number(left >= right);
    case '=':
    case '==':
      return Number(left === right);
    case '&':
      return Number(left > 0 && right > 0);
    case ':':
      return Number(left > 0 || right > 0);
    default:
      return left;
  }
}

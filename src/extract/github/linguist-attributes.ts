import type { IgnoreRules } from '../selection/ignore-rules.js';

const MARK = /^(-|!)?linguist-(?:generated|vendored)(?:=(\w+))?$/;

/**
 * The rules of a .gitattributes file that mark files as generated or vendored, as ignore rules: a positive mark
 * ignores, a negative one brings back.
 */
export function addLinguistRules(rules: IgnoreRules, directory: string, content: string): IgnoreRules {
  const lines: string[] = [];
  for (const line of content.split(/\r?\n/)) {
    const [pattern = '', ...attributes] = line.trim().split(/\s+/);
    if (pattern === '' || pattern.startsWith('#') || pattern.startsWith('!') || pattern.startsWith('"')) continue;
    for (const attribute of attributes) {
      const found = MARK.exec(attribute);
      if (found === null) continue;
      const isOff = found[1] !== undefined || found[2] === 'false' || found[2] === '0';
      lines.push(isOff ? `!${pattern}` : pattern);
    }
  }
  return lines.length === 0 ? rules : rules.with(directory, lines.join('\n'));
}

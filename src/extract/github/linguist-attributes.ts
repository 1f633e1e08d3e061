import type { IgnoreRules } from '../selection/ignore-rules.js';

const GENERATED = /^(-|!)?linguist-(?:generated|vendored)(?:=(\w+))?$/;
const REENCODED = /^(-|!)?working-tree-encoding(?:=(\S+))?$/;

/**
 * The rules of a .gitattributes file that mark files as generated or vendored, as ignore rules: a positive mark
 * ignores, a negative one brings back.
 */
export function addLinguistRules(rules: IgnoreRules, directory: string, content: string): IgnoreRules {
  return addMarks(rules, { directory, content, mark: GENERATED });
}

/**
 * The rules of a .gitattributes file that give files another encoding in the working tree, as ignore rules: git keeps
 * what they mark in UTF-8, whatever the files say of themselves.
 */
export function addEncodingRules(rules: IgnoreRules, directory: string, content: string): IgnoreRules {
  return addMarks(rules, { directory, content, mark: REENCODED });
}

/** A file of attributes, and the one that is asked for; its second group is the value. */
interface AttributeFile {
  readonly directory: string;
  readonly content: string;
  readonly mark: RegExp;
}

function addMarks(rules: IgnoreRules, { directory, content, mark }: AttributeFile): IgnoreRules {
  const lines: string[] = [];
  for (const line of content.split(/\r?\n/)) {
    const [pattern = '', ...attributes] = line.trim().split(/\s+/);
    if (pattern === '' || pattern.startsWith('#') || pattern.startsWith('!') || pattern.startsWith('"')) continue;
    for (const attribute of attributes) {
      const found = mark.exec(attribute);
      if (found === null) continue;
      const isOff = found[1] !== undefined || /^(?:false|0|utf-?8)$/i.test(found[2] ?? '');
      lines.push(isOff ? `!${pattern}` : pattern);
    }
  }
  return lines.length === 0 ? rules : rules.with(directory, lines.join('\n'));
}

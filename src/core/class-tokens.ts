import { WrongText } from './wrong-text.ts';

export interface Token {
  readonly text: string;
  readonly offset: number;
  readonly kind: 'word' | 'quoted' | 'comma' | 'colon' | 'end';
}

// A colon ends the head of a line; in addresses, and elsewhere in words, it is a character as any other.
const TOKEN = /[ \t\r]+|#[^\n]*|"([^"\n]*)"|[,;\n]|:(?=\s|$)|(?:[^\s,;":#]|:(?!\s|$))+|./gy;

/** Without white space and comments; the last one is an end. Throws a `WrongText`. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(TOKEN)) {
    const [found, quoted] = match;
    const offset = match.index;
    if (quoted !== undefined) tokens.push({ text: quoted, offset, kind: 'quoted' });
    else if (found === '"') throw new WrongText(text, offset, 'a closing " in the same line', 'none');
    else if (found === ',') tokens.push({ text: found, offset, kind: 'comma' });
    else if (found === ':') tokens.push({ text: found, offset, kind: 'colon' });
    else if (found === ';' || found === '\n') tokens.push({ text: found, offset, kind: 'end' });
    else if (!/^[ \t\r#]/.test(found)) tokens.push({ text: found, offset, kind: 'word' });
  }
  tokens.push({ text: '', offset: text.length, kind: 'end' });
  return tokens;
}

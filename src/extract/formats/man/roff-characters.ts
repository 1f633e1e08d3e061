/** Names of special characters (groff_char(7), mandoc_char(7)) with what a terminal shows. */
const NAMED =
  'em — en – hy ‐ bu • ci ○ sq □ dg † dd ‡ de ° fm ′ sd ″ sc § ps ¶ co © rg ® tm ™ lh ☜ rh ☞ ru _ ul _ br │ bv | ba | bb ¦ sl / rs \\ ' +
  'aq \' dq " lq “ rq ” oq ‘ cq ’ Bq „ bq ‚ Fo « Fc » fo ‹ fc › ga ` aa ´ ha ^ ti ~ a^ ^ a~ ~ ad ¨ a- ¯ ab ˘ a. ˙ ao ˚ ac ¸ ah ˇ a" ˝ ho ˛ ' +
  'sh # Do $ at @ lB [ rB ] lC { rC } la ⟨ ra ⟩ lc ⌈ rc ⌉ lf ⌊ rf ⌋ ' +
  '-> → <- ← <> ↔ da ↓ ua ↑ va ↕ rA ⇒ lA ⇐ hA ⇔ dA ⇓ uA ⇑ vA ⇕ an ― CR ↵ ' +
  'pl + mi − eq = +- ± mu × tmu × di ÷ tdi ÷ f/ ⁄ ** ∗ c* ⊗ c+ ⊕ no ¬ tno ¬ <= ≤ >= ≥ << ≪ >> ≫ != ≠ == ≡ ne ≢ =~ ≅ ap ∼ ~~ ≈ ~= ≈ |= ≃ pt ∝ ' +
  'es ∅ mo ∈ nm ∉ sb ⊂ nb ⊄ sp ⊃ nc ⊅ ib ⊆ ip ⊇ ca ∩ cu ∪ st ∋ fa ∀ te ∃ tf ∴ 3d ∴ AN ∧ OR ∨ if ∞ gr ∇ pd ∂ is ∫ integral ∫ sum ∑ product ∏ sr √ sqrt √ ' +
  '/_ ∠ pp ⊥ md ⋅ pc · Ah ℵ Im ℑ Re ℜ wp ℘ hb ℏ -h ℏ OK ✓ CL ♣ SP ♠ HE ♥ DI ♦ lz ◊ bs ☎ rn ‾ ' +
  '12 ½ 14 ¼ 34 ¾ 18 ⅛ 38 ⅜ 58 ⅝ 78 ⅞ S1 ¹ S2 ² S3 ³ Of ª Om º eu € Eu € ct ¢ Po £ Ye ¥ Cs ¤ Fn ƒ r! ¡ r? ¿ %0 ‰ ' +
  'ff ff fi fi fl fl Fi ffi Fl ffl ss ß AE Æ ae æ OE Œ oe œ -D Ð Sd ð TP Þ Tp þ /O Ø /o ø /L Ł /l ł IJ Ĳ ij ĳ .i ı .j ȷ ' +
  '*a α *b β *g γ *d δ *e ε *z ζ *y η *h θ *i ι *k κ *l λ *m μ *n ν *c ξ *o ο *p π *r ρ *s σ ts ς *t τ *u υ *f ϕ *x χ *q ψ *w ω ' +
  '*A Α *B Β *G Γ *D Δ *E Ε *Z Ζ *Y Η *H Θ *I Ι *K Κ *L Λ *M Μ *N Ν *C Ξ *O Ο *P Π *R Ρ *S Σ *T Τ *U Υ *F Φ *X Χ *Q Ψ *W Ω ' +
  '+f φ +h ϑ +p ϖ +e ϵ mc µ';

const CHARACTERS: ReadonlyMap<string, string> = new Map(pairsOf(NAMED));

function pairsOf(list: string): [string, string][] {
  const words = list.split(' ');
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < words.length; at += 2) pairs.push([words[at] ?? '', words[at + 1] ?? '']);
  return pairs;
}

/** Marks that stand before (`'e`) or after a letter in a name, with the combining character that they mean. */
const ACCENTS: Readonly<Record<string, string>> = {
  "'": '\u0301',
  '`': '\u0300',
  '^': '\u0302',
  ':': '\u0308',
  '~': '\u0303',
  ',': '\u0327',
  o: '\u030a',
  v: '\u030c',
};

/** Text of a special character by its name (`em`, `'e`, `u00E9`, `u0065_0301`, `char65`); undefined when unknown. */
export function specialCharacter(name: string): string | undefined {
  const known = CHARACTERS.get(name);
  if (known !== undefined) return known;
  const code = /^u([0-9A-F]{4,6}(?:_[0-9A-F]{4,6}){0,7})$/.exec(name)?.[1];
  if (code !== undefined) return code.split('_').map(fromHex).join('').normalize('NFC');
  const number = /^char(\d{1,3})$/.exec(name)?.[1];
  if (number !== undefined) return String.fromCharCode(Number(number));
  const accent = ACCENTS[name.charAt(0)];
  if (name.length === 2 && accent !== undefined && /[A-Za-z]/.test(name.charAt(1)))
    return `${name.charAt(1)}${accent}`.normalize('NFC');
  return undefined;
}

function fromHex(digits: string): string {
  const code = Number.parseInt(digits, 16);
  return code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : '\ufffd';
}

/** Documents that pandoc makes Word files of: headings, lists, tables, equations and code in the forms that people mix. */
export const DOCX_SAMPLES: Readonly<Record<string, string>> = {
  lists: `# Mounting the pump

Tools for it:

- hammer
- spanner
    - 12 mm
    - 14 mm
- cloth

## In order

1. Open the lid.
2. Fill in two litres.

Wait for a minute.

3. Close the lid.
4. Start it.
`,
  tables: `# Pressures

| Model | Bar | Note     |
|-------|----:|----------|
| A     |   7 | old      |
| B     |  12 | *new*    |

## A wide one

+----------+-----------+
| Part     | Where     |
+==========+===========+
| Valve    | - left    |
|          | - right   |
+----------+-----------+
| Seal     | below     |
+----------+-----------+
`,
  equations: `# Pressure

The pressure is $p = \\frac{F}{A}$ in pascal, and $E = mc^2$.

$$\\sum_{i=1}^{n} x_i^2 = \\sqrt{a+b}$$

## Small numbers

A current of $10^{-6}$ A flows, with $\\alpha \\le \\beta$.
`,
  code: `# A program

Run this:

\`\`\`python
def f(x):
    if x:
        return 1
\`\`\`

Then \`f(1)\` gives 1.

> A quotation of its own.

### Deep heading

Text with a footnote.[^1]

[^1]: The note's own words.
`,
};

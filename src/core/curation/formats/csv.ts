import { QuarryError } from '../../errors.js';
import type { ImportedRecord } from '../ports.js';

const MAX_FIELD = 16 * 1024 * 1024;

/**
 * Reads delimited text in pieces (RFC 4180: quoted fields may hold delimiters, line ends and doubled quotes). The first
 * row names the columns; each later row becomes an object of strings, or a problem when it has more or fewer fields than the
 * header. Empty lines are passed over.
 */
export class CsvReader {
  readonly #delimiter: string;
  #header: readonly string[] | undefined;
  #row: string[] = [];
  #field = '';
  #isQuoted = false;
  /** The last character was a quote inside a quoted field: it ends the field or begins a doubled quote. */
  #isAfterQuote = false;
  #wasCarriage = false;
  #line = 1;
  #rowLine = 1;

  constructor(delimiter: ',' | '\t') {
    this.#delimiter = delimiter;
  }

  /** Records completed by the next piece of text. @throws QuarryError DATASET_INVALID naming the line */
  *push(text: string): Generator<ImportedRecord> {
    for (const character of text) {
      const record = this.#read(character);
      if (record !== undefined) yield record;
    }
  }

  /** The last record, when the text does not end in a line end. @throws QuarryError DATASET_INVALID for an open quote */
  *end(): Generator<ImportedRecord> {
    if (this.#isQuoted && !this.#isAfterQuote) {
      throw new QuarryError('DATASET_INVALID', `Line ${this.#rowLine}: a quoted field is never closed.`, {
        hint: 'Close the quote, or double quotes that belong to the text.',
      });
    }
    const record = this.#endRow();
    if (record !== undefined) yield record;
  }

  #read(character: string): ImportedRecord | undefined {
    const wasCarriage = this.#wasCarriage;
    this.#wasCarriage = false;
    if (character === '\n') this.#line++;
    if (this.#isQuoted && !this.#isAfterQuote) {
      if (character === '"') this.#isAfterQuote = true;
      else this.#append(character);
      return undefined;
    }
    if (character === '"' && this.#isAfterQuote) {
      this.#isAfterQuote = false;
      this.#append('"');
      return undefined;
    }
    if (character === '"' && this.#field === '' && !this.#isQuoted) {
      this.#isQuoted = true;
      return undefined;
    }
    if (character === this.#delimiter) {
      this.#endField();
      return undefined;
    }
    if (character === '\r') {
      this.#wasCarriage = true;
      return this.#endRow();
    }
    if (character === '\n') return wasCarriage ? this.#skipLineFeed() : this.#endRow();
    this.#append(character);
    return undefined;
  }

  /** The second half of `\r\n`: its row has ended already. */
  #skipLineFeed(): undefined {
    this.#rowLine = this.#line;
    return undefined;
  }

  #append(character: string): void {
    if (this.#field.length > MAX_FIELD) {
      throw new QuarryError('DATASET_INVALID', `Line ${this.#rowLine}: a field is longer than 16 MB.`, {
        hint: 'Check for a quote that is never closed.',
      });
    }
    this.#field += character;
  }

  #endField(): void {
    this.#row.push(this.#field);
    this.#field = '';
    this.#isQuoted = false;
    this.#isAfterQuote = false;
  }

  #endRow(): ImportedRecord | undefined {
    const isEmpty = this.#row.length === 0 && this.#field === '' && !this.#isQuoted;
    this.#endField();
    const row = this.#row;
    const line = this.#rowLine;
    this.#row = [];
    this.#rowLine = this.#line;
    if (isEmpty) return undefined;
    if (this.#header === undefined) {
      this.#header = row.map((name) => name.trim());
      return undefined;
    }
    if (row.length !== this.#header.length) {
      const problem = `it has ${row.length} fields, the header ${this.#header.length}: quote fields that hold the delimiter or a line end`;
      return { line, value: undefined, problem };
    }
    return { line, value: Object.fromEntries(this.#header.map((name, at) => [name, row[at] ?? ''])) };
  }
}

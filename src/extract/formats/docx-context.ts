import type { DocxFields } from './docx-fields.js';
import type { DocxNumbering } from './docx-numbering.js';
import type { DocxStyles } from './docx-styles.js';
import type { LossCounter } from './loss-counter.js';
import type { OfficeArchive } from './office-archive.js';
import type { XmlElement } from './office-xml.js';

/** What all parts of a Word document's reader share. */
export interface DocxContext {
  readonly styles: DocxStyles;
  readonly numbering: DocxNumbering;
  readonly fields: DocxFields;
  readonly relations: ReturnType<OfficeArchive['relations']>;
  /** Counts something that the text lacks. */
  readonly losses: LossCounter;
  /** Mark of a note that is written at the document's end. */
  note(reference: XmlElement): string;
  /** Words of a picture; its text boxes are written behind the paragraph. */
  picture(element: XmlElement): string;
}

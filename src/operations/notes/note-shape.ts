import { z } from 'zod';
import { fenceText } from '../../core/text/fence.js';
import { NOTE_STATUSES } from '../../core/types.js';
import { noteIdOf } from '../../services/notes.js';
import { collectionName, documentFacts, documentShape, toDocumentShape } from '../shapes.js';

/** The categories of the original plan; any other word will do. */
const KNOWN_CATEGORIES =
  'ui_component, react_pattern, accessibility, prompt_engineering, architecture, code_generation, performance, security, best_practice';

/** Most characters of a note. */
export const NOTE_CHARACTERS = 2_000_000;
/** Most bytes of a note as a server reads it: its text in UTF-8 has up to three bytes a character. */
export const NOTE_BYTES = 3 * NOTE_CHARACTERS + 128 * 1024;

/** Input: a note's id. */
export const noteId = z
  .string()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}._-]{0,127}$/u, '1 to 128 letters, digits, dots, dashes or underscores')
  .describe('Id of the note.');

/** Input: which note is meant, by any id that was printed of it. */
export const noteReference = z
  .string()
  .regex(
    /^(?:note:)?[\p{L}\p{N}][\p{L}\p{N}._-]{0,127}$/u,
    'an id as note_create, note_list, search or fetch printed it',
  )
  .describe('Id of the note: noteId, url (note:...), or id (doc_...) as printed; chunk ids (chk_...) name it too.');

/** Input fields of a note besides title and text. */
export const noteFields = {
  category: z.string().max(100).optional().describe(`Category: ${KNOWN_CATEGORIES}, or any other.`),
  tags: z.array(z.string().min(1).max(100)).max(50).optional().describe('Tags.'),
  confidence: z.number().min(0).max(1).optional().describe('How sure you are, 0 to 1; default 1.'),
  status: z
    .enum(NOTE_STATUSES)
    .optional()
    .describe('active (default), pending, deprecated, or archived (kept but not searched).'),
  metadata: z.record(z.string().max(200), z.json()).optional().describe('Anything else, as a JSON object.'),
  licence: z.string().max(200).optional().describe('Licence of the text, as an SPDX expression.'),
  collection: collectionName.optional(),
};

/** Output: a note. */
export const noteShape = documentShape.extend({ noteId: z.string(), text: z.string() });

/** A stored note in the shape of {@link noteShape}. */
export function toNoteShape(
  note: Parameters<typeof toDocumentShape>[0] & { readonly text: string },
): z.output<typeof noteShape> {
  return { ...toDocumentShape(note), noteId: noteIdOf(note.uri), text: note.text };
}

/** A note for people. */
export function renderNote(note: z.output<typeof noteShape>): string {
  const head = `Note ${note.noteId}: ${note.title}\n   ${note.url} (${note.id} @${note.contentHash.slice(0, 12)})`;
  return `${head}; ${note.chunks} chunks, ${documentFacts(note).join(', ')}\n\n${fenceText(note.text)}`;
}

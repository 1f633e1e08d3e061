import type { Tool } from '@modelcontextprotocol/sdk/types.js';
import type { JsonObject, JsonValue } from '../../core/types.js';
import type { Operation } from '../../operations/define.js';

/** An operation as a tool. All four annotations are set, because clients assume the worst of absent ones. */
export function toToolListing(operation: Operation): Tool {
  return {
    name: operation.name,
    title: operation.summary,
    description: operation.description,
    inputSchema: withoutDialect(operation.inputSchema),
    outputSchema: withoutDialect(openEnded(operation.outputSchema)),
    annotations: {
      title: operation.summary,
      readOnlyHint: operation.effect === 'read',
      destructiveHint: operation.effect === 'destroy',
      idempotentHint: operation.effect === 'read' || operation.idempotent,
      openWorldHint: operation.openWorld,
    },
  };
}

/** JSON Schema 2020-12 is the protocol's default dialect, so naming it would only cost the model tokens. */
function withoutDialect(schema: JsonObject): Tool['inputSchema'] {
  const { $schema: _dialect, ...rest } = schema;
  // Operations take and give zod objects, so both schemas are JSON Schemas of objects.
  return rest as Tool['inputSchema'];
}

/**
 * An output schema without what only costs tokens: closed objects (a client with yesterday's list must not refuse
 * today's new field) and the type of names, which is always text.
 */
function openEnded(schema: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key, value]) => key !== 'propertyNames' && !(key === 'additionalProperties' && value === false))
      .map(([key, value]) => [key, key === 'properties' || key === '$defs' ? mapValues(value) : openEndedValue(value)]),
  );
}

/** Schemas by name; the names are not keywords, whatever they are. */
function mapValues(schemas: JsonValue): JsonValue {
  if (!isObject(schemas)) return schemas;
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, openEndedValue(schema)]));
}

function openEndedValue(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(openEndedValue);
  return isObject(value) ? openEnded(value) : value;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

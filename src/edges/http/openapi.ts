import { ERROR_TABLE, type ErrorCode } from '../../core/errors.js';
import type { JsonObject, JsonValue } from '../../core/types.js';
import type { Operation } from '../../operations/define.js';
import { needOf } from '../../operations/scope-of.js';
import { API_PREFIX } from './rest-routes.js';

/** Codes that any request may meet before it reaches an operation, or that any operation may meet. */
const COMMON_CODES: readonly ErrorCode[] = [
  'INPUT_INVALID',
  'UNAUTHORIZED',
  'SCOPE_MISSING',
  'AUDIT_UNAVAILABLE',
  'HOST_FORBIDDEN',
  'ORIGIN_FORBIDDEN',
  'METHOD_NOT_ALLOWED',
  'BODY_TOO_LARGE',
  'FORMAT_UNSUPPORTED',
  'REQUEST_TIMEOUT',
  'RATE_LIMITED',
  'OVERLOADED',
  'INTERNAL',
];

/** The OpenAPI 3.1 document of the REST edge, made from the registry. */
export function describeApi(
  operations: readonly Operation[],
  server: { readonly version: string; readonly hasKey: boolean },
): JsonObject {
  const paths: Record<string, JsonObject> = { '/healthz': healthPath('live'), '/readyz': healthPath('ready') };
  const schemas: JsonObject = { Error: errorSchema() };
  for (const operation of operations) {
    const path = API_PREFIX + operation.http.path.replace(/:(\w+)/g, '{$1}');
    Object.assign(schemas, componentsOf(operation));
    paths[path] = { ...paths[path], [operation.http.method.toLowerCase()]: describeOperation(operation) };
  }
  const toolsets = [...new Set(operations.map((operation) => operation.toolset))];
  return {
    openapi: '3.1.0',
    info: {
      title: 'Quarry',
      version: server.version,
      summary: 'Local-first knowledge for AI agents.',
      description:
        'Ingest folders, sites and repositories, search them, read with citations. Every error is `{ "error": { code, message, hint, details, retryable } }`. Send `Accept: text/plain` to get an answer as compact text. MCP clients connect to `/mcp`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: toolsets.map((name) => ({ name })),
    security: server.hasKey ? [{ bearer: [] }] : [{}, { bearer: [] }],
    paths,
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'A key that quarry key create has made, or the one in QUARRY_API_KEY on the server.',
        },
      },
      schemas,
    },
  };
}

function describeOperation(operation: Operation): JsonObject {
  const { http } = operation;
  const pathKeys = [...http.path.matchAll(/:(\w+)/g)].flatMap((match) => match[1] ?? []);
  const hasBody = http.method === 'POST' || http.method === 'PATCH';
  const properties = propertiesOf(operation.inputSchema);
  const parameters = Object.entries(properties).flatMap(([key, schema]) => {
    if (pathKeys.includes(key)) return [describeParameter(operation, { key, schema, place: 'path' })];
    return hasBody ? [] : [describeParameter(operation, { key, schema, place: 'query' })];
  });
  return {
    operationId: operation.name,
    summary: operation.summary,
    description: operation.description,
    tags: [operation.toolset],
    'x-quarry-effect': operation.effect,
    'x-quarry-scope': needOf(operation),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(hasBody ? { requestBody: describeBody(operation, pathKeys) } : {}),
    responses: describeResponses(operation),
  };
}

function describeParameter(
  operation: Operation,
  parameter: { readonly key: string; readonly schema: JsonValue; readonly place: 'path' | 'query' },
): JsonObject {
  const { key, place } = parameter;
  const schema = relocate(parameter.schema, operation, 'Input');
  const description = isObject(schema) && typeof schema['description'] === 'string' ? schema['description'] : '';
  const isDocument = isObject(schema) && schema['type'] === 'object';
  return {
    name: key,
    in: place,
    required: place === 'path' || requiredOf(operation.inputSchema).includes(key),
    description,
    ...(isDocument ? { content: { 'application/json': { schema } } } : { schema }),
  };
}

function describeBody(operation: Operation, pathKeys: readonly string[]): JsonObject {
  const input = operation.inputSchema;
  const required = requiredOf(input).filter((key) => !pathKeys.includes(key));
  const properties = Object.entries(propertiesOf(input)).filter(([key]) => !pathKeys.includes(key));
  return {
    required: required.length > 0,
    content: {
      'application/json': {
        schema: {
          type: 'object',
          properties: relocate(Object.fromEntries(properties), operation, 'Input'),
          ...(required.length === 0 ? {} : { required }),
          additionalProperties: false,
        },
        examples: Object.fromEntries(
          operation.examples.map((example, index) => [
            `example${index + 1}`,
            { value: Object.fromEntries(Object.entries(example).filter(([key]) => !pathKeys.includes(key))) },
          ]),
        ),
      },
    },
  };
}

function describeResponses(operation: Operation): JsonObject {
  const success = {
    description: operation.startsJob === undefined ? 'The answer.' : 'A job was started; follow it by its id.',
    content: {
      'application/json': { schema: { $ref: `#/components/schemas/${operation.name}.Output` } },
      'text/plain': { schema: { type: 'string' } },
    },
  };
  const codes = [...new Set([...operation.errors, ...COMMON_CODES])];
  const statuses = [...new Set(codes.map((code) => ERROR_TABLE[code].status))].sort((a, b) => a - b);
  const errors = statuses.map((status) => {
    const own = codes.filter((code) => ERROR_TABLE[code].status === status);
    const isRetryable = own.some((code) => ERROR_TABLE[code].retryable);
    return [
      String(status),
      {
        description: own.join(', '),
        ...(isRetryable
          ? { headers: { 'Retry-After': { schema: { type: 'integer' }, description: 'Seconds to wait.' } } }
          : {}),
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    ];
  });
  return { [String(operation.http.status ?? 200)]: success, ...Object.fromEntries(errors) };
}

function healthPath(kind: 'live' | 'ready'): JsonObject {
  const schema = { type: 'object', properties: { status: { type: 'string' } }, required: ['status'] };
  const content = { 'application/json': { schema } };
  return {
    get: {
      operationId: kind === 'live' ? 'healthz' : 'readyz',
      summary: kind === 'live' ? 'Whether the process answers' : 'Whether the store can be read and the model loads',
      security: [],
      responses: {
        '200': { description: 'Yes.', content },
        ...(kind === 'ready' ? { '503': { description: 'No.', content } } : {}),
      },
    },
  };
}

function errorSchema(): JsonObject {
  return {
    type: 'object',
    required: ['error'],
    properties: {
      error: {
        type: 'object',
        required: ['code', 'message', 'retryable'],
        properties: {
          code: { type: 'string', enum: Object.keys(ERROR_TABLE) },
          message: { type: 'string', description: 'What happened.' },
          hint: { type: 'string', description: 'What to do next.' },
          details: { type: 'object', description: 'Facts for a program.' },
          retryable: { type: 'boolean', description: 'Whether the same request may succeed later.' },
        },
      },
    },
  };
}

/** The output of an operation and the definitions of both its schemas, as named components. */
function componentsOf(operation: Operation): JsonObject {
  const { $schema: _dialect, $defs: _definitions, ...output } = operation.outputSchema;
  const parts: readonly ['Input' | 'Output', JsonObject][] = [
    ['Input', operation.inputSchema],
    ['Output', operation.outputSchema],
  ];
  const definitions = parts.flatMap(([side, schema]) =>
    Object.entries(isObject(schema['$defs']) ? schema['$defs'] : {}).map(([name, definition]) => [
      `${operation.name}.${side}.${name}`,
      relocate(definition, operation, side),
    ]),
  );
  return { [`${operation.name}.Output`]: relocate(output, operation, 'Output'), ...Object.fromEntries(definitions) };
}

/** Points references within a schema to the named components, for here the document is the root, not the schema. */
function relocate(schema: JsonValue, operation: Operation, side: 'Input' | 'Output'): JsonValue {
  if (Array.isArray(schema)) return schema.map((item) => relocate(item, operation, side));
  if (!isObject(schema)) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => {
      if (key !== '$ref' || typeof value !== 'string') return [key, relocate(value, operation, side)];
      return [key, value.replace(/^#\/\$defs\//, `#/components/schemas/${operation.name}.${side}.`)];
    }),
  );
}

function propertiesOf(schema: JsonObject): JsonObject {
  const { properties } = schema;
  return isObject(properties) ? properties : {};
}

function requiredOf(schema: JsonObject): readonly string[] {
  const { required } = schema;
  return Array.isArray(required) ? required.filter((key) => typeof key === 'string') : [];
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

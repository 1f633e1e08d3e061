import { ELEMENT, field, integer, message, model, node, tensor, text, value } from '../static-model/onnx-format.js';

/** Attribute types of onnx.proto3. */
const ATTRIBUTE = { float: 1, int: 2, ints: 7 } as const;
/** `exp` of it is 0 in single precision, and it stays a finite number on the way. */
const MASKED = -200;

const floats = (...entries: number[]): Uint8Array => new Uint8Array(Float32Array.from(entries).buffer);
const floatAttribute = (name: string, entry: number): Uint8Array =>
  field(5, message(text(1, name), fixed(2, entry), integer(20, ATTRIBUTE.float)));
const intAttribute = (name: string, entry: number): Uint8Array =>
  field(5, message(text(1, name), integer(3, entry), integer(20, ATTRIBUTE.int)));
const longs = (...entries: number[]): Uint8Array => new Uint8Array(BigInt64Array.from(entries.map(BigInt)).buffer);

/** A field that holds a single-precision number. */
function fixed(number: number, entry: number): Uint8Array {
  return message(Uint8Array.of(number * 8 + 5), floats(entry));
}

function withAttributes(base: Uint8Array, ...attributes: Uint8Array[]): Uint8Array {
  return message(base, ...attributes);
}

/**
 * The heavy part of the contrastive loss as an ONNX model, so that a matrix library does the work: from unit vectors
 * `queries[n, d]`, `passages[m, d]`, `query_groups[n, 1]`, `passage_groups[1, m]`, `query_places[n, 1]`, `passage_places[1, m]` and
 * `column_weights[1, m]` (1 for the passages of pairs, 0 for further negatives) it gives `row_sums[n, 1]`, `column_sums[1, m]`,
 * `query_products[n, d]` and `passage_products[m, d]` as in `ContrastiveSums`.
 */
export function buildContrastiveGraph(temperature: number): Uint8Array {
  const nodes = [
    withAttributes(
      node('Gemm', ['queries', 'passages', 'minus_inverse'], 'logits'),
      floatAttribute('alpha', 1 / temperature),
      intAttribute('transB', 1),
    ),
    node('Equal', ['query_groups', 'passage_groups'], 'same_group'),
    node('Equal', ['query_places', 'passage_places'], 'same_place'),
    node('Not', ['same_place'], 'other_place'),
    node('And', ['same_group', 'other_place'], 'masked'),
    node('Where', ['masked', 'masked_logit', 'logits'], 'kept_logits'),
    node('Exp', ['kept_logits'], 'e'),
    node('ReduceSum', ['e', 'axis_1'], 'row_sums'),
    node('ReduceSum', ['e', 'axis_0'], 'column_sums'),
    node('Reciprocal', ['row_sums'], 'row_inverses'),
    node('Div', ['column_weights', 'column_sums'], 'column_inverses'),
    node('Add', ['row_inverses', 'column_inverses'], 'inverses'),
    node('Mul', ['e', 'inverses'], 'shares'),
    node('MatMul', ['shares', 'passages'], 'query_products'),
    withAttributes(node('Gemm', ['shares', 'queries'], 'passage_products'), intAttribute('transA', 1)),
  ];
  return model(
    message(
      ...nodes.map((entry) => field(1, entry)),
      text(2, 'contrastive-loss'),
      field(5, tensor('minus_inverse', ELEMENT.float, [1], floats(-1 / temperature))),
      field(5, tensor('masked_logit', ELEMENT.float, [1], floats(MASKED))),
      field(5, tensor('axis_0', ELEMENT.int64, [1], longs(0))),
      field(5, tensor('axis_1', ELEMENT.int64, [1], longs(1))),
      field(11, value('queries', ELEMENT.float, ['n', 'd'])),
      field(11, value('passages', ELEMENT.float, ['m', 'd'])),
      field(11, value('query_groups', ELEMENT.int32, ['n', 1])),
      field(11, value('passage_groups', ELEMENT.int32, [1, 'm'])),
      field(11, value('query_places', ELEMENT.int32, ['n', 1])),
      field(11, value('passage_places', ELEMENT.int32, [1, 'm'])),
      field(11, value('column_weights', ELEMENT.float, [1, 'm'])),
      field(12, value('row_sums', ELEMENT.float, ['n', 1])),
      field(12, value('column_sums', ELEMENT.float, [1, 'm'])),
      field(12, value('query_products', ELEMENT.float, ['n', 'd'])),
      field(12, value('passage_products', ELEMENT.float, ['m', 'd'])),
    ),
  );
}

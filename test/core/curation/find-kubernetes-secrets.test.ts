import { describe, expect, test } from '@jest/globals';
import { findSensitive } from '../../../src/core/curation/find-sensitive.js';
import { redact } from '../../../src/core/curation/finding.js';

const encode = (text: string): string => Buffer.from(text).toString('base64');

describe('findKubernetesSecrets', () => {
  test.each([
    ['db-url', encode('postgres://app:Harbor4780x@db1/prod')],
    ['code', encode('x9Kd02mQpL7vTz')],
    ['.dockerconfigjson', encode('{"auths":{"ghcr.io":{"username":"bob","password":"x9Kd02mQpL7v"}}}')],
  ])('finds the encoded value of %s', (key, value) => {
    const yaml = `apiVersion: v1\nkind: Secret\nmetadata:\n  name: app\ndata:\n  ${key}: ${value}\n`;
    expect(redact(yaml, findSensitive(yaml))).toBe(yaml.replace(value, '[SECRET]'));
    const block = `kind: Secret\ndata:\n  ${key}: |-\n    ${value}\n`;
    expect(redact(block, findSensitive(block))).toBe(block.replace(value, '[SECRET]'));
    const json = JSON.stringify({ kind: 'Secret', data: { [key]: value } });
    expect(redact(json, findSensitive(json))).toBe(json.replace(value, '[SECRET]'));
  });

  test.each([
    `kind: Secret\ndata:\n  username: ${encode('administrator')}\n  note: abcdefghij=\n`,
    `kind: ConfigMap\ndata:\n  code: ${encode('aB9dE2')}\n`,
    'kind: SecretStore\nmetadata:\n  name: production\n',
  ])('passes over %s', (text) => {
    expect(findSensitive(text)).toEqual([]);
  });
});

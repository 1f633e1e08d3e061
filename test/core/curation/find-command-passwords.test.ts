import { describe, expect, test } from '@jest/globals';
import { findSensitive } from '../../../src/core/curation/find-sensitive.js';
import { redact } from '../../../src/core/curation/finding.js';

describe('findCommandPasswords', () => {
  test.each([
    'curl -u admin:VALUE https://a.acme.io',
    'mysql -u root -pVALUE -h db1',
    'redis-cli -h cache -a VALUE ping',
    'ldapsearch -D "cn=admin" -w VALUE -b dc=acme',
    'openssl rsa -in k.pem -passin pass:VALUE -out o.pem',
    'net use Z: \\\\srv\\x /user:ACME\\bob VALUE',
    'ConvertTo-SecureString "VALUE" -AsPlainText -Force',
    'jdbc:oracle:thin:scott/VALUE@//db1:1521/X',
    '# ~/.pgpass\ndb1.acme.io:5432:prod:app:VALUE\n*:*:*:postgres:VALUE\n',
    'bind 0.0.0.0\nrequirepass VALUE\n',
    "CREATE USER 'app'@'%' IDENTIFIED BY 'VALUE';",
    'username admin privilege 15 password 0 VALUE\nenable secret VALUE\n',
    'Log in with credentials admin / VALUE on staging.',
    'user/pass: admin/VALUE',
    'login: admin / VALUE',
    'echo VALUE | docker login --password-stdin',
    'echo "VALUE" | sudo -S ls',
    'sudo -S <<< "VALUE"',
    'htpasswd -b file user VALUE',
    'DriverManager.getConnection(url, "admin", "VALUE")',
    "new PDO($dsn, 'root', 'VALUE')",
    "requests.get(u, auth=('a', 'VALUE'))",
    "HTTPBasicAuth('a', 'VALUE')",
    "cy.get('#password').type('VALUE')",
    'passwordField.sendKeys("VALUE")',
  ])('finds the password of %s', (place) => {
    for (const value of ['Harbor4780', 'butt3r!74x', 'Copper.Harbor32']) {
      const text = place.replaceAll('VALUE', value);
      expect(redact(text, findSensitive(text))).toBe(place.replaceAll('VALUE', '[SECRET]'));
    }
  });

  test('finds base64 of a name and a password in the file of a registry', () => {
    const encoded = Buffer.from('bob:x9Kd02mQpL').toString('base64');
    const text = `{"auths":{"ghcr.io":{"auth":"${encoded}"}}}`;
    expect(redact(text, findSensitive(text))).toBe('{"auths":{"ghcr.io":{"auth":"[SECRET]"}}}');
  });

  test.each([
    'docker run -p 8080:8080 -u 1000:1000 image -w /srv/app2',
    'edit config/credentials/production.yml.enc',
    '12:30:00:ab:cd01ef',
    'IDENTIFIED BY PASSWORD, requirepass <password>, -passin pass:password',
  ])('passes over %s', (text) => {
    expect(findSensitive(text)).toEqual([]);
  });
});

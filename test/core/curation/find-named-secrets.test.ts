import { describe, expect, test } from '@jest/globals';
import { findSensitive } from '../../../src/core/curation/find-sensitive.js';
import { redact } from '../../../src/core/curation/finding.js';

const PASSWORDS = ['velvet1595', 'Rocket#1pepper', 'Copper.Harbor32', 'g1ng3r!71x', 'correct-horse-battery-staple'];
const KEYS = ['bp1697z57uftugucsd4kexhq', '2272c561dba094913c26988016008370', 'hhamqweinxbuqp9odqgdloqc'];

describe('findNamedSecrets', () => {
  test.each([
    'const k = process.env.DB_PASSWORD || "VALUE";',
    "const k = process.env['DB_PASSWORD'] ?? 'VALUE';",
    'k = os.environ.get("DB_PASSWORD") or "VALUE"',
    'public string Password { get; set; } = "VALUE";',
    'const DB_PASSWORD: &str = "VALUE";',
    'static char db_password[] = "VALUE";',
    'NSString *password = @"VALUE";',
    'Dim password As String = "VALUE"',
    "password = b'VALUE'",
    '#define DB_PASSWORD "VALUE"',
    'ENV DB_PASSWORD VALUE',
    'setenv DB_PASSWORD VALUE',
    'set -x DB_PASSWORD VALUE',
    'setx DB_PASSWORD "VALUE"',
    '{:password "VALUE"}',
    "release { storePassword 'VALUE' }",
    '  - name: DB_PASSWORD\n    value: VALUE',
    '{"name":"DB_PASSWORD","value":"VALUE"}',
    '<key>password</key>\n<string>VALUE</string>',
    'variable "db_password" {\n  type = string\n  default = "VALUE"\n}',
    'gh secret set DB_PASSWORD --body "VALUE"',
    'name,value\ndb_password,VALUE\n',
    "CREATE USER app WITH PASSWORD 'VALUE';",
    'machine api.acme.io\n  login ann\n  password VALUE\n',
    'RABBITMQ_DEFAULT_PASS=VALUE',
    'wifi_psk: "VALUE"',
    '\u5bc6\u7801\uff1aVALUE',
    '\u041f\u0430\u0440\u043e\u043b\u044c: VALUE',
    'JWT_SECRET=VALUE',
    'password: >-\n  VALUE\n',
    'passwords:\n  - VALUE\n',
    '"passwords": ["VALUE", "x"]',
    "password <- 'VALUE'",
    'password = """VALUE"""',
    "password?: string = 'VALUE'",
    'std::string password{"VALUE"};',
    'let password = String::from("VALUE");',
    '<input type="password" name="p" value="VALUE">',
    '<Password><![CDATA[VALUE]]></Password>',
    "{ user: 'admin', pass: 'VALUE' }",
    'password for admin: VALUE',
  ])('finds passwords that people chose in %s', (place) => {
    for (const value of PASSWORDS) {
      const text = place.replace('VALUE', value);
      expect(redact(text, findSensitive(text))).toBe(place.replace('VALUE', '[SECRET]'));
    }
  });

  test.each(['license_key: "VALUE"', 'ALGOLIA_ADMIN_KEY=VALUE', 'let clientKey = "VALUE"', 'service_key: VALUE'])(
    'finds random values, also of small letters, in %s',
    (place) => {
      for (const value of KEYS) {
        const text = place.replace('VALUE', value);
        expect(redact(text, findSensitive(text))).toBe(place.replace('VALUE', '[SECRET]'));
      }
    },
  );

  test.each(['The password is tiger898, keep it.', 'I set the password to "Walnut#8marble".'])(
    'finds the password that a sentence tells: %s',
    (text) => {
      expect(findSensitive(text)).toMatchObject([{ kind: 'secret' }]);
    },
  );

  test.each([
    'The password is SHA-256 hashed, the token is Base64-encoded, the credentials are OAuth2.',
    'password: form.password2, passwordKey: "form.password2", password = config.get("db1")',
    'credentials: "same-origin", autocomplete: "new-password", passphrase: "webpack-dev-server"',
    "secret: '%env(APP_SECRET)%', secret: 'my-very-own-app-secret'",
    "'password' => 'required|string|min:8|confirmed', password: 'bcrypt:12', pattern_password: '^[a-z0-9]{8,}$'",
    'password: vault:kv/db#password1, password: arn:aws:secretsmanager:us-east-1:1234:secret:db-1',
    'clientSecret: "client-secret-1", app_secret = "version-2", password = "ENC(abc123==)"',
    'New-PSSession -Credential Domain01\\User01, PublicKeyToken=31bf3856ad364e35, cat /etc/passwd ann:x:1000:1000',
    'Windows::Security::Credentials::UI::CredentialPickerOptions2^ Options, credentials RedisAdapter::create2(',
    '--- PASS: TestIPv4Address/12.34.43.no (0.00s)\n--- PASS: TestMACAddress/12 (0.00s)',
    '| password | string | the password |\npassword,name\n',
    'const password: string = input; public string Password { get; set; }',
  ])('passes over what only looks assigned: %s', (text) => {
    expect(findSensitive(text)).toEqual([]);
  });
});

/** A credential that is known by its form. */
interface SecretForm {
  readonly rule: string;
  /** A piece of plain text that every match holds, to pass over texts quickly. */
  readonly hint: string;
  readonly pattern: RegExp;
}

/** Not inside a word, but at the start of one after the two characters of a line break written as `\n`. */
const START = String.raw`(?<![A-Za-z0-9](?<!\\[nrt]))`;
/** Not inside a longer word; a mark that only closes emphasis (`_token_`) may follow. */
const END = `(?![A-Za-z0-9]|[_-][A-Za-z0-9])`;

/** A form that stands as a word of its own; with `isOpen` the value takes all that its last part can match. */
function word(rule: string, hint: string, body: RegExp, isOpen = false): SecretForm {
  return { rule, hint, pattern: new RegExp(START + body.source + (isOpen ? '' : END), 'g') };
}

/** Forms that providers have published, so that scanners can find them. */
export const SECRET_FORMS: readonly SecretForm[] = [
  word('aws-access-key', 'A', /(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}/),
  word('github-token', 'gh', /gh[pousr]_[A-Za-z0-9]{36,251}/),
  word('github-token', 'github_pat_', /github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}/),
  word(
    'gitlab-token',
    'gl',
    /gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent|imt|oas|ffct)-[A-Za-z0-9_-]{20,64}(?:\.\w{2}\.\w{7,9})?/,
    true,
  ),
  word('gitlab-token', 'GR1348941', /GR1348941[A-Za-z0-9_-]{20}/),
  word('slack-token', 'xo', /xox[abeoprs]-(?:\d-)?[A-Za-z0-9]{8,}(?:-[A-Za-z0-9]{8,}){0,5}/, true),
  word('slack-token', 'xoxe.xox', /xoxe\.xox[bp]-\d-[A-Za-z0-9]{100,250}/),
  word('slack-token', 'xapp-', /xapp-\d-[A-Z0-9]{8,}-\d{8,}-[a-z0-9]{32,}/, true),
  {
    rule: 'slack-webhook',
    hint: 'hooks.slack.com',
    pattern:
      /https:\/\/hooks\.slack\.com\/(?:services|workflows|triggers)\/T[A-Z0-9]{6,}\/[A-Z]{0,2}[A-Z0-9]{6,}\/[A-Za-z0-9/]{16,80}/g,
  },
  word('stripe-key', '_', /(?:sk|rk|pk|whsec)_(?:live|test)_[A-Za-z0-9]{16,247}/),
  word('stripe-key', 'whsec_', /whsec_[A-Za-z0-9+/]{24,}={0,2}/, true),
  word(
    'openai-key',
    'T3BlbkFJ',
    /sk-(?:(?:proj|svcacct|admin|None)-)?[A-Za-z0-9_-]{16,200}?T3BlbkFJ[A-Za-z0-9_-]{16,200}/,
    true,
  ),
  word('openai-key', 'sk-', /sk-(?=[A-Za-z0-9]*\d)(?=[A-Za-z0-9]*[A-Z])[A-Za-z0-9]{40,64}/),
  word('openai-key', 'sk-', /sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{40,200}/, true),
  word('openrouter-key', 'sk-or-', /sk-or-v\d-[0-9a-f]{64}/),
  word('anthropic-key', 'sk-ant-', /sk-ant-(?:api|admin|oat|ort|sid)\d{2}-[A-Za-z0-9_-]{40,120}/, true),
  word('google-api-key', 'AIza', /AIza[A-Za-z0-9_-]{35}/),
  word('google-oauth', 'GOCSPX-', /GOCSPX-[A-Za-z0-9_-]{28}/, true),
  word('google-oauth', 'ya29.', /ya29\.[A-Za-z0-9._-]{30,}/, true),
  word('facebook-token', 'EAA', /EAA[A-Z][A-Za-z0-9]{80,250}/),
  word('huggingface-token', 'hf_', /hf_[A-Za-z0-9]{30,40}/),
  word('npm-token', 'npm_', /npm_[A-Za-z0-9]{36}/),
  word('pypi-token', 'pypi-', /pypi-AgE(?:IcHlwaS5vcmc|NdGVzdC5weXBpLm9yZ)[A-Za-z0-9_-]{40,}/, true),
  word('docker-token', 'dckr_', /dckr_(?:pat|oat)_[A-Za-z0-9_-]{27,32}/, true),
  word('rubygems-key', 'rubygems_', /rubygems_[0-9a-f]{48}/),
  word('sendgrid-key', 'SG.', /SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}/, true),
  word('mailgun-key', 'key-', /(?<!-)key-[0-9a-f]{32}/),
  word('mailgun-key', '-', /[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}/),
  word('mailchimp-key', '-us', /[0-9a-f]{32}-us\d{1,2}/),
  word('twilio-key', 'SK', /SK[0-9a-f]{32}/),
  word('telegram-token', ':AA', /(?:bot)?\d{8,10}:AA[A-Za-z0-9_-]{32,33}/),
  word('discord-token', '.', /[MNO][A-Za-z\d_-]{21,27}\.[A-Za-z\d_-]{6}\.[A-Za-z\d_-]{27,40}/, true),
  {
    rule: 'discord-webhook',
    hint: '/api/webhooks/',
    pattern: /https:\/\/(?:\w+\.)?discord(?:app)?\.com\/api\/webhooks\/\d{15,20}\/[A-Za-z0-9_-]{50,80}/g,
  },
  word('digitalocean-token', '_v1_', /do[por]_v1_[0-9a-f]{64}/),
  word('heroku-key', 'HRKU-', /HRKU-[A-Za-z0-9_-]{36,64}/, true),
  word('shopify-token', 'shp', /shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}/),
  word('square-token', 'sq0', /sq0(?:atp|csp|idp)-[A-Za-z0-9_-]{22,43}/, true),
  word('square-token', 'EAAA', /EAAA[A-Za-z0-9_-]{60}/, true),
  word('databricks-token', 'dapi', /dapi[0-9a-f]{32}(?:-\d)?/),
  word('linear-key', 'lin_', /lin_(?:api|oauth)_[A-Za-z0-9]{32,64}/),
  word('notion-token', 'ntn_', /ntn_[A-Za-z0-9]{40,60}/),
  word('notion-token', 'secret_', /secret_[A-Za-z0-9]{43}/),
  word('postman-key', 'PMAK-', /PMAK-[0-9a-f]{24}-[0-9a-f]{34}/),
  word('vault-token', 'hv', /hv[sbr]\.[A-Za-z0-9_-]{24,200}/, true),
  word('terraform-token', '.atlasv1.', /[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{60,70}/, true),
  word('pulumi-token', 'pul-', /pul-[0-9a-f]{40}/),
  word('grafana-token', 'gl', /gl(?:sa_[A-Za-z0-9]{32}_[0-9a-fA-F]{8}|c_[A-Za-z0-9+/]{32,400}={0,2})/),
  word('newrelic-key', 'NRAK-', /NRAK-[A-Z0-9]{27}/),
  word('sentry-token', 'sntry', /sntry(?:s_eyJ[A-Za-z0-9_=-]{20,400}_[A-Za-z0-9+/=]{40,50}|u_[0-9a-f]{64})/, true),
  word('doppler-token', 'dp.', /dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[\w-]{1,40}\.)?[A-Za-z0-9]{40,44}/),
  word('figma-token', 'fig', /fig[dou]h?_[A-Za-z0-9_-]{40}/, true),
  word('airtable-token', 'pat', /pat[A-Za-z0-9]{14}\.[0-9a-f]{64}/),
  word('atlassian-token', 'ATATT3', /ATATT3[A-Za-z0-9_-]{150,220}(?:=[0-9A-F]{8})?/, true),
  word('supabase-token', 'sb', /sb(?:p_[0-9a-f]{40}|_secret_[A-Za-z0-9_-]{30,40})/),
  word('planetscale-token', 'pscale_', /pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.=-]{32,64}/, true),
  word('groq-key', 'gsk_', /gsk_[A-Za-z0-9]{52}/),
  word('xai-key', 'xai-', /xai-[A-Za-z0-9]{80}/),
  word('perplexity-key', 'pplx-', /pplx-[A-Za-z0-9]{48}/),
  word('replicate-token', 'r8_', /r8_[A-Za-z0-9]{37}/),
  word('age-key', 'AGE-SECRET-KEY-1', /AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}/),
  word('fly-token', 'fm', /fm[12][ar]?_[A-Za-z0-9+/=]{80,}/, true),
  word('artifactory-key', 'AKC', /AKC[A-Za-z0-9]{64,73}/),
  word('azure-key', 'Q~', /[A-Za-z0-9_~.-]{3}[78]Q~[A-Za-z0-9_~.-]{31,34}/, true),
  { rule: 'azure-key', hint: 'Key=', pattern: /(?<=(?:Account|SharedAccess)Key=)[A-Za-z0-9+/]{42,86}={1,2}/g },
  { rule: 'azure-key', hint: 'sig=', pattern: /(?<=[?&;]sig=)[A-Za-z0-9+/]*(?:%[0-9A-Fa-f]{2}[A-Za-z0-9+/]*){1,12}/g },
  { rule: 'aws-signature', hint: 'X-Amz-Signature=', pattern: /(?<=X-Amz-Signature=)[0-9a-f]{64}/g },
  {
    rule: 'putty-key',
    hint: 'Private-Lines',
    pattern: /(?<=Private-Lines: \d{1,4}\s{1,4})(?:[A-Za-z0-9+/=]{16,}\s*){1,200}/g,
  },
  word('json-web-token', 'eyJ', /eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}/, true),
];

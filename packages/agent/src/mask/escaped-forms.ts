/** What encoders leave as it is in a URL, besides letters and digits; `form` makes a plus of a space. */
const URL_ENCODERS = [
  { kept: "-_.!~*'()", form: false }, // encodeURIComponent
  { kept: "-_.!~*'();/?:@&=+$,#", form: false }, // encodeURI
  { kept: '-_.~', form: false }, // RFC 3986: Go, curl, Python without a slash
  { kept: '-_.~/', form: false }, // Python's quote
  { kept: '-_.~', form: true }, // Python's quote_plus, PHP's urlencode but for ~
  { kept: '-_.', form: true }, // PHP
  { kept: '-_.*', form: true }, // URLSearchParams, Java
] as const;

/** Escaped for a URL by the usual encoders, and with everything escaped; hex digits in upper and lower case. */
export function urlForms(text: string): readonly string[] {
  const forms = URL_ENCODERS.map(({ kept, form }) => percentEscaped(text, kept, form));
  return [...forms, percentEscaped(text, null, false)].flatMap((escaped) => [
    escaped,
    escaped.replaceAll(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase()),
  ]);
}

/** `kept` null: nothing is, not even letters. */
function percentEscaped(text: string, kept: string | null, form: boolean): string {
  return Array.from(new TextEncoder().encode(text), (byte) => {
    const character = String.fromCharCode(byte);
    if (form && character === ' ') return '+';
    const isKept = kept !== null && (/[A-Za-z0-9]/.test(character) || kept.includes(character));
    return isKept ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}

const NOT_ASCII = /[\u007f-\uffff]/g;
/** Which characters each of the usual encoders writes as `\u` and four hex digits, beyond those that JSON demands. */
const JSON_ENCODERS: readonly ((escaped: string) => string)[] = [
  (escaped) => escaped, // JavaScript, Rust
  (escaped) => escaped.replaceAll('/', '\\/'), // PHP with unescaped Unicode
  (escaped) => escaped.replaceAll(NOT_ASCII, (unit) => unicode(unit)), // Python, Ruby's ascii_only, jq -a
  (escaped) => escaped.replaceAll('/', '\\/').replaceAll(NOT_ASCII, (unit) => unicode(unit)), // PHP
  (escaped) => escaped.replaceAll(/[<>&\u2028\u2029]/g, (unit) => unicode(unit)), // Go
  (escaped) => escaped.replaceAll(/[<>&'=]/g, (unit) => unicode(unit)), // Gson
  dotNet,
];

/** Inside a JSON string, as the usual encoders write it. */
export function jsonForms(text: string): readonly string[] {
  const minimal = JSON.stringify(text).slice(1, -1);
  return JSON_ENCODERS.map((encode) => encode(minimal));
}

/** System.Text.Json: quotes too, and digits in upper case. */
function dotNet(escaped: string): string {
  const upper = (unit: string): string => unicode(unit).replaceAll(/[a-f]/g, (digit) => digit.toUpperCase());
  return escaped.replaceAll('\\"', upper('"')).replaceAll(/[<>&'+`\u007f-\uffff]/g, (unit) => upper(unit));
}

function unicode(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Inside single quotes, as `set -x` and `printf %q` show it. */
export function shellForms(text: string): readonly string[] {
  return [text.replaceAll("'", String.raw`'\''`), text.replaceAll("'", String.raw`'"'"'`)];
}

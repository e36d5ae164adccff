import { coreOfSecret, secretFault } from '@errand/contract/wire';
import { base64Forms } from './base64-forms.ts';
import { jsonForms, shellForms, urlForms } from './escaped-forms.ts';

/**
 * Everything that is looked for on account of one secret, as bytes: the value as it is, in base64 (at each of the three offsets that text before it can
 * give it, standard and url-safe, also in lines of 64 and 76 characters), URL-, JSON- and shell-escaped as common encoders do it, and all of this for each
 * of its lines that could be a secret of its own. What is shorter than its rule allows is found as a part of the whole only.
 */
export function formsOf(secret: string): readonly Uint8Array[] {
  const core = coreOfSecret(secret);
  const texts = [core, ...linesOf(core)].flatMap(formsOfText);
  // By their bytes, for most encoders leave most values as they are.
  const distinct = new Set(texts.filter((text) => text !== '').map((text) => latin1(encoder.encode(text))));
  return [...distinct].map((text) => Buffer.from(text, 'latin1'));
}

const encoder = new TextEncoder();

function formsOfText(text: string): readonly string[] {
  // A terminal makes two characters of each line break.
  const broken = text.includes('\n')
    ? [text.replaceAll(/\r?\n/g, '\r\n'), text.replaceAll('\r\n', '\n')]
    : [];
  return [
    text,
    ...broken,
    ...base64Forms(encoder.encode(text)),
    ...urlForms(text),
    ...jsonForms(text),
    ...shellForms(text),
  ];
}

/** The frame of a PEM file is no secret, and stands in every log that tells of one. */
const PEM_FRAME = /^-----(BEGIN|END) [^-]*-----$/;

function linesOf(text: string): readonly string[] {
  if (!/[\r\n]/.test(text)) return [];
  return text
    .split(/[\r\n]+/)
    .flatMap((line) => [line, line.trim()])
    .filter((line) => secretFault(line) === null && !PEM_FRAME.test(line.trim()));
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';

/** One file of the built page in every form it is stored in. */
export interface PageFile {
  readonly mediaType: string;
  /** Its name holds the hash of its content: it never changes. */
  readonly immutable: boolean;
  readonly etag: string;
  readonly plain: Buffer<ArrayBuffer>;
  readonly br: Buffer<ArrayBuffer> | null;
  readonly gzip: Buffer<ArrayBuffer> | null;
}

/** The built page. It is small, so it is read once, when somebody first asks for it, and kept in memory. */
export class Page {
  readonly #folder: string;
  #files: Promise<ReadonlyMap<string, PageFile>> | null = null;

  /** `folder` holds index.html, assets/ and compressed variants beside them; where there is none, the page is not built. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** A file by its path, such as `/assets/index-abc.js`; null where there is none. Only what was in the folder can be asked for. */
  async file(path: string): Promise<PageFile | null> {
    this.#files ??= readFiles(this.#folder);
    const files = await this.#files;
    // Whoever builds the page while the server runs sees it without a restart.
    if (files.size === 0) this.#files = null;
    return files.get(path) ?? null;
  }
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
};

async function readFiles(folder: string): Promise<ReadonlyMap<string, PageFile>> {
  const files = new Map<string, PageFile>();
  if (!existsSync(join(folder, 'index.html'))) return files;
  for (const name of await readdir(folder, { recursive: true })) {
    const mediaType = MEDIA_TYPES[extname(name)];
    if (mediaType === undefined) continue;
    const path = `/${name.split(sep).join('/')}`;
    files.set(
      path,
      await readForms(join(folder, name), { mediaType, immutable: path.startsWith('/assets/') }),
    );
  }
  return files;
}

async function readForms(file: string, about: Pick<PageFile, 'mediaType' | 'immutable'>): Promise<PageFile> {
  const plain = await readFile(file);
  const etag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`;
  return {
    ...about,
    etag,
    plain,
    br: await readIfThere(`${file}.br`),
    gzip: await readIfThere(`${file}.gz`),
  };
}

async function readIfThere(file: string): Promise<Buffer<ArrayBuffer> | null> {
  return existsSync(file) ? await readFile(file) : null;
}

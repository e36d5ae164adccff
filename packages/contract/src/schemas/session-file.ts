import { FILE_KINDS, LIMITS } from '@errand/core/vocabulary';
import { z } from 'zod';
import { Flag } from './run-query.ts';
import { ProgramText } from './text.ts';

/** `644`, as chmod takes it. */
export const ModeText = z
  .string()
  .regex(/^0?[0-7]{3,4}$/, 'must be permissions such as 644')
  .transform((text) => Number.parseInt(text, 8));

export const FileOwner = z
  .string()
  .regex(/^\d{1,10}:\d{1,10}$/, 'must be two numbers, user and group: 1000:1000');

export const FilePath = ProgramText.max(4_000).refine(
  (path) => !path.split('/').includes('..'),
  'must not contain ..',
);

/** A file that a session begins with. */
export const FileWish = z
  .strictObject({
    path: FilePath.min(1).meta({
      description: 'From the folder in which commands begin; absolute in containers',
    }),
    mode: ModeText.optional().meta({ description: 'Such as 600; default 644' }),
    owner: FileOwner.optional().meta({ description: 'Numbers of user and group, in containers' }),
    text: z.string().max(LIMITS.inlineFileBytes).optional(),
    base64: z.base64().optional().meta({ description: 'Bytes' }),
    upload: z
      .string()
      .regex(/^upl_[a-z0-9_-]{1,60}$/i, 'must be the id of an upload')
      .optional()
      .meta({ description: 'What POST /v1/uploads took' }),
    artifact: z
      .strictObject({
        run: z.string().regex(/^run_[0-9a-z]{1,40}$/, 'must be the id of a run'),
        path: FilePath.min(1),
      })
      .optional()
      .meta({ description: 'A file that a run has kept' }),
    url: z.url().max(4_000).optional().meta({ description: 'Fetched when the session starts; needs sha256' }),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits')
      .optional()
      .meta({ description: 'Of what is behind url' }),
  })
  .refine(
    ({ text, base64, upload, artifact, url }) =>
      [text, base64, upload, artifact, url].filter((each) => each !== undefined).length === 1,
    'must have one of text, base64, upload, artifact and url',
  )
  .refine(({ url, sha256 }) => url !== undefined || sha256 === undefined, {
    message: 'is of what is behind url; of others nobody would look at it',
    path: ['sha256'],
  });

/** Of such a file, where it came from. */
export const PlacedFile = z.strictObject({
  path: z.string(),
  from: z.enum(['inline', 'upload', 'artifact', 'url']),
});

const Query = z.strictObject({
  path: FilePath.default('').meta({
    description:
      'From the folder in which commands of the session begin; absolute where it has a root of its own',
  }),
});

export const FilesQuery = Query.extend({
  list: z
    .union([z.literal('direct'), Flag()], { error: 'must be true, false or direct' })
    .optional()
    .meta({ description: 'If it is a folder: with everything below it, or with what lies directly in it' }),
});
export const FileQuery = Query;
export const WriteFileQuery = Query.extend({
  mode: ModeText.optional().meta({
    description: 'Such as 644; default: that of the file that is there, else 644',
  }),
  owner: FileOwner.optional().meta({ description: 'Numbers of user and group, in containers' }),
  bytes: z.coerce.number().int().min(0).optional().meta({ description: 'Needed without Content-Length' }),
});

const SessionFile = z.strictObject({
  path: z.string(),
  kind: z.enum(FILE_KINDS),
  bytes: z.int().meta({ description: '0 for what is no file' }),
  mode: z.string().meta({ description: 'Permissions, such as 644' }),
  modifiedAt: z.iso.datetime(),
});

export const FileView = SessionFile.meta({ id: 'File' });
export const FilesView = SessionFile.extend({
  entries: z.array(SessionFile).nullable().meta({
    description: 'What was asked for, with paths relative to it; null where nothing was, or it is no folder',
  }),
});

export const Upload = z.strictObject({
  id: z.string(),
  bytes: z.int(),
  sha256: z.string(),
  expiresAt: z.iso.datetime(),
});

import { FILE_KINDS, LIMITS } from '@errand/core/vocabulary';
import { z } from 'zod';
import type { FileAnswer, FileOrder as Order, SeenFile } from '../agent/files-protocol.ts';

export const Mode = z.int().min(0).max(0o7777);

export const FileOrderParams = z.strictObject({ id: z.string() });

const ABOUT = { id: z.string(), sessionId: z.string(), path: z.string() };

export const FileOrder = z.union([
  z.strictObject({ ...ABOUT, kind: z.enum(['stat', 'read', 'folder']) }),
  z.strictObject({ ...ABOUT, kind: z.literal('list'), depth: z.literal('direct').optional() }),
  z.strictObject({ ...ABOUT, kind: z.literal('find'), patterns: z.array(z.string()) }),
  z.strictObject({ ...ABOUT, kind: z.literal('write'), bytes: z.int().min(0), mode: Mode.nullable() }),
]) satisfies z.ZodType<Order>;

const Seen = z.strictObject({
  path: z.string(),
  kind: z.enum(FILE_KINDS),
  bytes: z.int().min(0),
  mode: Mode,
  modifiedAt: z.number(),
}) satisfies z.ZodType<SeenFile>;

/** The first line of an agent's answer, as JSON; the bytes of a read follow it. */
export const FileAnswerLine = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('done'),
    stat: Seen.nullable(),
    entries: z.array(Seen).max(LIMITS.filesListed).optional(),
  }),
  z.strictObject({
    kind: z.literal('refused'),
    code: z.enum(['invalid', 'not_found', 'conflict', 'too_large', 'unavailable']),
    message: z.string().max(4_000),
  }),
]) satisfies z.ZodType<FileAnswer>;

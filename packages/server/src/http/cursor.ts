import { ErrandError, type Page } from '@errand/core';

/** Opaque to clients: the place of the last item of a page. */
export function encodeCursor({ createdAt, id }: NonNullable<Page['after']>): string {
  return Buffer.from(`${createdAt} ${id}`).toString('base64url');
}

/** Throws `invalid` on what no list of ours returned. */
export function decodeCursor(cursor: string): NonNullable<Page['after']> {
  const [, createdAt, id] = /^(\d{1,15}) (\w{1,64})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (createdAt === undefined || id === undefined) {
    throw new ErrandError('invalid', 'cursor must be the nextCursor of an earlier page');
  }
  return { createdAt: Number(createdAt), id };
}

import { ROLES } from '@errand/core/vocabulary';
import { z } from 'zod';
import { SomeTime } from './quantity.ts';
import { Name, OwnerPath } from './text.ts';

export const KeyCreate = z.strictObject({
  name: Name,
  role: z.enum(ROLES).default('member'),
  owner: OwnerPath.optional().meta({ description: 'Default: the owner of the key that asks' }),
  expiresIn: SomeTime.optional(),
});

export const Key = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    role: z.enum(ROLES),
    owner: z.string(),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().nullable(),
    lastUsedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Key' });
export type Key = z.output<typeof Key>;

export const NewKey = z.strictObject({
  ...Key.shape,
  secret: z.string().meta({ description: 'Shown this once' }),
});

export const SignIn = z.strictObject({
  key: z.string().min(1).max(200).meta({ description: 'The secret of a key, err_...' }),
});

export const KeyList = z.strictObject({ keys: z.array(Key) });
export const KeyParams = z.strictObject({ id: z.string() });

export const WhoAmI = z.strictObject({
  keyId: z.string(),
  name: z.string(),
  role: z.enum(ROLES),
  owner: z.string(),
  version: z.string(),
});

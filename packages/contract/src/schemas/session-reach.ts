import { SHARE_LEVELS } from '@errand/core/vocabulary';
import { z } from 'zod';
import { SomeTime } from './quantity.ts';
import { Port, Session, Time } from './session.ts';

export const SessionOpen = z.strictObject({
  port: Port.optional().meta({ description: 'As the session itself sees it; default: its first' }),
  path: z
    .string()
    .max(4_000)
    .regex(/^\/(?![/\\])[\x21-\x7e]*$/, 'must be a path such as /dashboard?tab=1')
    .default('/'),
});

export const SessionOpened = z.strictObject({
  address: z.string(),
  link: z.string().meta({ description: 'Lets one browser in as this key: once, within a minute' }),
  expiresAt: Time,
});

export const SessionShare = z.strictObject({
  level: z.enum(SHARE_LEVELS).meta({
    description: 'Who may reach its ports: owner, the keys of the team, whoever has the link, everybody',
  }),
  for: SomeTime.optional().meta({ description: 'How long a link is good; default 24h' }),
});

export const SessionShared = z.strictObject({
  session: Session,
  link: z.string().nullable().meta({ description: 'With its secret, which is not shown again' }),
});

import { z } from 'zod';

const Claim = z.string().min(1).max(200);

/** How callers of AWS Slicer Service are known, and what their containers are made of. */
export const SlicerConfig = z.strictObject({
  template: z
    .string()
    .meta({ description: 'Template of the sessions, with the params campId, tierId and assets' }),
  team: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'must be the first segment of an owner, such as acme')
    .meta({ description: 'Each user owns TEAM/USER' }),
  jwks: z.url().meta({ description: 'Where the public keys are that sign tokens of users and services' }),
  issuer: z.string().optional(),
  audience: z.string().optional(),
  cookie: z.string().default('sAccessToken').meta({ description: 'Cookie with the token of a user' }),
  claims: z
    .strictObject({
      user: Claim.default('sub'),
      session: Claim.default('sessionHandle'),
      admin: z.strictObject({ claim: Claim, value: z.string() }).optional().meta({
        description: 'Who may list the sessions of everybody',
      }),
    })
    .default({ user: 'sub', session: 'sessionHandle' }),
  service: z
    .strictObject({
      sourceClaim: Claim.default('source'),
      source: z.string().default('easy-novnc-service'),
      user: Claim.default('userid'),
      session: Claim.default('sessionid'),
    })
    .optional()
    .meta({ description: 'Tokens of a service that may stop containers of users; without it none may' }),
  cluster: z.string().default('errand').meta({ description: 'What callers are told as their cluster' }),
});
export type SlicerConfig = z.output<typeof SlicerConfig>;

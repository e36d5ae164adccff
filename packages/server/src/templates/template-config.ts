import { z } from 'zod';

const Field = z.string().min(1).max(200);

/** Where the list of files comes from that belongs to some parameters. */
export const AssetSourceConfig = z.strictObject({
  url: z.string().min(1).meta({ description: 'Asked with GET; {name} is a parameter, encoded for a URL' }),
  tokenFile: z.string().optional().meta({ description: 'File with a bearer token for it' }),
  list: Field.optional().meta({
    description: 'Where in the JSON of the answer the list is: data.rewards; default: it is the answer',
  }),
  location: Field.default('url').meta({ description: 'Field of an item: where the file is' }),
  name: Field.optional().meta({
    description: 'Field of an item: its name; default: the end of its location',
  }),
  sha256: Field.optional().meta({ description: 'Field of an item: its SHA-256, which is then checked' }),
  id: Field.optional().meta({ description: 'Field of an item by which `only` chooses' }),
  only: Field.optional().meta({ description: 'Parameter with a list of ids; none given: all' }),
  into: z.string().min(1).meta({ description: 'Folder in the session for the files' }),
  owner: z.string().optional().meta({ description: 'uid:gid of the files, in containers' }),
  unavailable: z
    .string()
    .max(500)
    .optional()
    .meta({ description: 'What people are told when it does not answer' }),
});
export type AssetSourceConfig = z.output<typeof AssetSourceConfig>;

export const TemplateConfig = z.strictObject({
  description: z.string().max(2_000).optional(),
  params: z.record(z.string(), z.json()).default({}).meta({ description: 'JSON Schema of the parameters' }),
  spec: z.record(z.string(), z.json()).meta({
    description:
      'As the body of POST /v1/sessions; {name} in arguments, variables, options and paths is a parameter',
  }),
  assets: AssetSourceConfig.optional(),
});
export type TemplateConfig = z.output<typeof TemplateConfig>;

export const TemplatesConfig = z.record(
  z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'must be 1 to 63 of a-z, 0-9, dot, dash and underscore'),
  TemplateConfig,
);
export type TemplatesConfig = z.output<typeof TemplatesConfig>;

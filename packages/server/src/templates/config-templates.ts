import { SessionSpecWish } from '@errand/contract';
import { ErrandError, type JsonSchema } from '@errand/core';
import { faultSentence } from '../fault-sentence.ts';
import type { Schemas } from '../json-schema/schemas.ts';
import { checkedArgs } from '../use-cases/scripts/check-args.ts';
import { readParameters } from '../use-cases/scripts/read-definition.ts';
import type { ResolvedTemplate, SessionTemplates } from '../use-cases/sessions/session-templates.ts';
import { listAssets } from './asset-source.ts';
import { checkTemplate } from './check-template.ts';
import { fillSpec } from './fill-spec.ts';
import type { TemplateConfig, TemplatesConfig } from './template-config.ts';

/** The templates of the configuration. Throws `invalid` for one that can never be right. */
export async function configTemplates(config: TemplatesConfig, schemas: Schemas): Promise<SessionTemplates> {
  const templates = new Map<string, { readonly config: TemplateConfig; readonly parameters: JsonSchema }>();
  if (Object.keys(config).length > 0) await schemas.load();
  for (const [name, template] of Object.entries(config)) {
    const parameters = readParameters(schemas, template.params);
    checkTemplate(name, template, parameters);
    templates.set(name, { config: template, parameters });
  }
  return {
    list: () =>
      [...templates].map(
        ([
          name,
          {
            config: { description },
            parameters,
          },
        ]) => ({
          name,
          description: description ?? null,
          params: parameters,
        }),
      ),
    resolve: async (name, params) => {
      const template = templates.get(name);
      if (template === undefined) {
        const known = [...templates.keys()].join(', ') || 'none';
        throw new ErrandError('not_found', `there is no template ${name}; configured are: ${known}`);
      }
      return await resolve(schemas, { name, ...template }, params);
    },
  };
}

async function resolve(
  schemas: Schemas,
  {
    name,
    config,
    parameters,
  }: { readonly name: string; readonly config: TemplateConfig; readonly parameters: JsonSchema },
  params: Readonly<Record<string, unknown>>,
): Promise<ResolvedTemplate> {
  const about = { name, parameters, kind: 'template', field: 'params' } as const;
  const { args, secrets } = await checkedArgs(schemas, about, params);
  const wish = SessionSpecWish.safeParse(fillSpec(config.spec, args), { error: faultSentence });
  if (!wish.success) {
    const faults = wish.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new ErrandError(
      'invalid',
      `the template ${name} cannot be made with these params: ${faults.join('; ')}`,
    );
  }
  const files = config.assets === undefined ? [] : await listAssets(config.assets, args);
  const shown = Object.entries(args).map(([key, value]) => [key, secrets.includes(key) ? '(secret)' : value]);
  return { wish: wish.data, files, params: Object.fromEntries(shown) };
}

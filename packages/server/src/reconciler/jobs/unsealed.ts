/** A request as it is submitted: with its secret values in clear. */
export function unsealed<
  Request extends { readonly secretEnv?: Readonly<Record<string, string>> | undefined },
>(request: Request, unseal: (sealed: string) => string): Request {
  if (request.secretEnv === undefined) return request;
  const secrets = Object.entries(request.secretEnv).map(([name, sealed]) => [name, unseal(sealed)]);
  return { ...request, secretEnv: Object.fromEntries(secrets) as Record<string, string> };
}

const OWNER = /^[a-z0-9][a-z0-9._-]{0,62}(\/[a-z0-9][a-z0-9._-]{0,62}){0,7}$/;

/** Is this an owner path such as `acme/user-7`: one to eight segments of small letters, digits, dot, dash, underscore? */
export function isOwner(text: string): boolean {
  return OWNER.test(text);
}

/** Is `owner` the scope itself or below it? `acme` covers `acme/user-7`, not `acme2`. */
export function covers(scope: string, owner: string): boolean {
  return owner === scope || owner.startsWith(`${scope}/`);
}

/** The first segment of an owner path. */
export function teamOf(owner: string): string {
  return owner.split('/', 1)[0] ?? owner;
}

import { Errand } from '@errand/sdk';

/** How long a single call is tried again; lists ask again by themselves. */
const PATIENCE_MS = 3_000;

/** The one client of the page: everything it knows of the server comes through here. The browser adds the cookie. */
export const errand = new Errand({ url: globalThis.location.origin, patienceMs: PATIENCE_MS });

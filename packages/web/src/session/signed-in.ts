const HINT = 'errand.signed-in';

/** The cookie cannot be read, so it is noted that there is one: a browser that never signed in need not ask. */
export function maySignedIn(): boolean {
  return localStorage.getItem(HINT) !== null;
}

export function noteSignIn(): void {
  localStorage.setItem(HINT, '1');
}

/** What was typed here may hold secrets, so it goes with the sign-in. */
export function forgetSignIn(): void {
  for (const store of [localStorage, sessionStorage])
    for (const name of Object.keys(store)) if (name.startsWith('errand.')) store.removeItem(name);
}

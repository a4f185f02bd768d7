/** The socket, and whether a login stands on it. `era` grows with every login: what was begun under one is not finished under the next. */
export const line = { wire: null, loggedIn: false, era: 0, onLogin: () => {} };

/** More messages than any sender gets to send: it goes on until it is stopped. */
export const ENDLESS = 10_000_000;

/** A first line so that the build has something to say. */
export const version = 1;

// Whether an error is one that a user should see.

/** What engines, libraries and systems say, where nobody put it into words. */
const raw = [
  /Cannot (?:read|set) propert|Cannot destructure|Cannot convert (?:a |an |undefined|null|object|\S+ to)|Cannot mix BigInt|Cannot access '|Cannot create property|Cannot assign to/,
  /is not a function|is not iterable|is not a constructor|is not defined|undefined \(reading/,
  /call stack|Invalid array length|Invalid typed array|Array buffer allocation|Invalid string length|bounds of the DataView|out of memory|Invalid count value/i,
  /maximum size exceeded|Cannot create a (?:string|Buffer)/,
  /\b(?:ENOENT|EISDIR|ENOTDIR|ENAMETOOLONG|EACCES|EINVAL|ELOOP|EMFILE|ENOTEMPTY)\b|\bERR_[A-Z_]+\b/,
  /Reduce of empty array|Invalid regular expression|Invalid time value|argument must be of type|Received (?:type|an instance|undefined)/,
];

/** Whether a text has words in it that nobody wrote for users. */
export const isRaw = (text) => raw.some((pattern) => pattern.test(text));

/** The kind of an error: `ours` is a sentence of this project, all else is a fault. */
export function kindOf(error) {
  if (!(error instanceof Error)) return 'no error object';
  const { message } = error;
  if (typeof message !== 'string' || message === '') return 'empty message';
  if (isRaw(message)) return 'raw message';
  // `Cannot <do what> as <argument> must be <state>`
  if (!/(?:^|: )Cannot /.test(message) && !/\bmust\b/.test(message)) return 'raw message';
  return message.length > 20_000 ? 'endless message' : 'ours';
}

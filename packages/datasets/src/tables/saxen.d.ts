declare module 'saxen' {
  /** A parser of XML that calls back; it has no declarations of its own. */
  export class Parser {
    on(event: 'error', callback: (error: Error) => void): this;
    on(
      event: 'openTag',
      callback: (
        name: string,
        attributes: () => Record<string, string> | boolean,
        decodeEntities: (text: string) => string,
      ) => void,
    ): this;
    parse(xml: string): unknown;
  }
}

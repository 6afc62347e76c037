/** A layer that Keras numbers through while a program runs, and its weight: `batch_normalization_3/gamma`. As in the reader of Keras files. */
const numbered =
  /^(conv[123]d(?:_transpose)?|depthwise_conv2d|separable_conv2d|dense|batch_normalization|layer_normalization|prelu|embedding|lstm|gru)(?:_(\d+))?(?=\/)/;

/**
 * Gives the name that a fresh program has for a name of Keras: without the `:0` of TensorFlow's variables, and with layers that nobody named
 * (`batch_normalization_3`) counted from the first of their kind.
 */
export function kerasNames(names: readonly string[]): (name: string) => string {
  const numbers = new Map<string, Set<number>>();
  for (const name of names) {
    const found = numbered.exec(name);
    if (found) numbers.set(found[1]!, (numbers.get(found[1]!) ?? new Set()).add(Number(found[2] ?? 0)));
  }
  const sorted = new Map([...numbers].map(([kind, found]) => [kind, [...found].sort((a, b) => a - b)]));
  return (name) =>
    name.replace(/:\d+$/, '').replace(numbered, (_, kind: string, number: string = '0') => {
      const rank = sorted.get(kind)!.indexOf(Number(number));
      return rank === 0 ? kind : `${kind}_${rank}`;
    });
}

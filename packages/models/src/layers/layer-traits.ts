/** What whoever runs a layer may rely on. */
export interface LayerTraits {
  /** Whether, in training, what becomes of a sample depends on the others of its batch; false by default. */
  readonly couplesSamples?: boolean;
  /** Whether it draws a mask in training, the number of the next one being its `step`; false by default. */
  readonly drawsMasks?: boolean;
  /** Whether it rectifies its output itself where it is called with `rectified`; false by default. */
  readonly canRectify?: boolean;
  /** Whether it is max(x, 0) and nothing else; false by default. */
  readonly isRectifier?: boolean;
}

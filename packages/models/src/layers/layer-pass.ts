/** Which samples of a batch a layer is given. */
export interface BatchRows {
  /** The first, and how many. */
  first: number;
  count: number;
  /** Samples of the whole batch. */
  total: number;
}

/** How a layer is called. */
export interface LayerPass {
  /** Whether batch statistics, dropout and the like are on. */
  training?: boolean;
  /** True where the same was run before: running statistics stay as they are. */
  again?: boolean;
  /** True where the output is to be rectified in the same pass, by layers whose traits say that they can. */
  rectified?: boolean;
  /** Which samples these are, where not the whole batch; masks are those of the whole batch. */
  rows?: BatchRows;
}

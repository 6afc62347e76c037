// The order in which Winograd's algorithm takes the tiles of some images. A tile that the output's end cuts has no last row, or
// no last column, and so needs no product at the points of the transform's last row, or column: where images are small, tiles
// come in groups, whole ones, those cut on the right, at the bottom, and at both, and points pass over groups.

let side: i32 = 0;
let tilesH: i32 = 0;
let tilesW: i32 = 0;
/** Tiles in a column and a row of the first group. */
let wholeH: i32 = 0;
let wholeW: i32 = 0;
/** Images in the present order. */
let images: i32 = 0;

/** Place of the tile that `findTile` found. */
export let tileImage: i32 = 0;
export let tileTop: i32 = 0;
export let tileLeft: i32 = 0;

/** Says how outputs are cut into tiles, at most `block` of them at once; returns how many images are to be ordered at once. */
export function cutImages(tileSide: i32, outHeight: i32, outWidth: i32, batch: i32, block: i32): i32 {
  side = tileSide;
  tilesH = (outHeight + side - 1) / side;
  tilesW = (outWidth + side - 1) / side;
  const atOnce = block / (tilesH * tilesW);
  const grouped = min(batch, atOnce) >= 3;
  wholeH = grouped ? outHeight / side : tilesH;
  wholeW = grouped ? outWidth / side : tilesW;
  return grouped ? atOnce : batch;
}

/** Orders the tiles of so many images; returns how many there are. */
export function orderTiles(count: i32): i32 {
  images = count;
  return images * tilesH * tilesW;
}

/** Finds tile number `t` of the order. */
export function findTile(t: i32): void {
  let rows = wholeH, columns = wholeW, top = 0, left = 0;
  if (t >= images * rows * columns) {
    t -= images * rows * columns;
    left = wholeW;
    columns = tilesW - wholeW;
    if (t >= images * rows * columns) {
      t -= images * rows * columns;
      top = wholeH;
      rows = tilesH - wholeH;
      left = 0;
      columns = wholeW;
      if (t >= images * rows * columns) {
        t -= images * rows * columns;
        left = wholeW;
        columns = tilesW - wholeW;
      }
    }
  }
  tileImage = t / (rows * columns);
  const rest = t - tileImage * rows * columns;
  tileTop = (top + rest / columns) * side;
  tileLeft = (left + rest % columns) * side;
}

// @ts-ignore: decorator
@inline
function areGrouped(): bool {
  return wholeH < tilesH || wholeW < tilesW;
}

/** How many tiles from the start of the order a point needs, of `count`. */
export function firstTiles(point: i32, count: i32): i32 {
  if (!areGrouped() || (point < 30 && point % 6 < 5)) return count;
  return images * wholeH * (point >= 30 && point % 6 < 5 ? tilesW : wholeW);
}

/** How many more, from `laterStart` on, it needs. */
export function laterTiles(point: i32): i32 {
  return areGrouped() && point < 30 && point % 6 == 5 ? images * (tilesH - wholeH) * wholeW : 0;
}

/** Number of the first tile that is cut at the bottom alone. */
export function laterStart(): i32 {
  return images * wholeH * tilesW;
}

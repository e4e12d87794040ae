// Large photos tile by tile, with the norms' statistics of the whole photo.
//
// The network is computed segment by segment: down, each block, up. What lies between two of them
// is at a quarter of the photo's size, and is kept.

import { add, empty, part, put } from "./planes.js";
import { cut, sharesOf, toPlanes } from "./tensors.js";

export const LARGEST_WHOLE = 1_200_000; // pixels: more do not fit into a browser tab's memory
const GRID = 4; // pixels a side for one of the innermost features
const TILE = 512; // pixels a side, without what it sees beyond
const REACH = 8; // pixels that a segment sees to each side

const divided = (rectangle) =>
  Object.fromEntries(Object.entries(rectangle).map(([name, pixels]) => [name, pixels / GRID]));

/** Tiles {seen, kept}, each {left, top, width, height} in a picture whose sides GRID divides. */
function tilesOf(width, height) {
  const tiles = [];
  for (let top = 0; top < height; top += TILE) {
    for (let left = 0; left < width; left += TILE) {
      const kept = { left, top };
      kept.width = Math.min(TILE, width - left);
      kept.height = Math.min(TILE, height - top);
      const seen = { left: Math.max(0, left - REACH), top: Math.max(0, top - REACH) };
      seen.width = Math.min(width, left + kept.width + REACH) - seen.left;
      seen.height = Math.min(height, top + kept.height + REACH) - seen.top;
      tiles.push({ kept, seen });
    }
  }
  return tiles;
}

/** A rectangle of pixels or labels, as far as they go: the network's padding has none. */
function seenOf(source, { left, top, width, height }, step) {
  const rectangle = { left, top };
  rectangle.width = Math.min(width, source.width - left);
  rectangle.height = Math.min(height, source.height - top);
  return { data: cut(source, rectangle, step), ...rectangle };
}

/** The mean and the variance of a norm over all tiles, out of those of each: written in place. */
function merge(statistics, first, channels, parts) {
  const total = parts.reduce((sum, { area }) => sum + area, 0);
  for (let channel = 0; channel < channels; channel++) {
    let mean = 0;
    for (const { area, means } of parts) mean += (area / total) * means[channel];
    let variance = 0;
    for (const { area, means, variances } of parts) {
      variance += (area / total) * (variances[channel] + (means[channel] - mean) ** 2);
    }
    statistics[first + channel] = mean;
    statistics[first + channels + channel] = variance;
  }
}

/** A pass {rows, labels, share} over pixels, whose painting is added to the planes `total`. */
class Pass {
  constructor(network, pixels, { rows, labels, share }, total, advance) {
    Object.assign(this, { network, pixels, rows, labels, share, total, advance });
    const [, , height, width] = total.dims;
    this.sides = [height / GRID, width / GRID];
    this.tiles = tilesOf(width, height);
    this.statistics = new Float32Array(network.length);
  }

  async run() {
    const { segments } = this.network.about;
    let before = null;
    for (const [number, { norms }] of segments.entries()) {
      await this.#fixNorms(number, norms, before);
      let next = null;
      for (const tile of this.tiles) {
        const { after } = await this.#segment(number, tile, before);
        if (number === segments.length - 1) {
          add(this.total, after, tile.kept, this.share);
        } else {
          next ??= empty(after.dims[1], ...this.sides);
          put(next, after, divided(tile.kept));
        }
      }
      before = next;
    }
  }

  /** Give each norm of a segment its statistics: those of one need those of all before it. */
  async #fixNorms(number, norms, before) {
    let place = 0;
    for (const [first, channels] of norms) {
      const parts = [];
      for (const tile of this.tiles) {
        const { found } = await this.#segment(number, tile, before);
        const means = found.slice(place, place + channels);
        const variances = found.slice(place + channels, place + 2 * channels);
        parts.push({ area: tile.kept.width * tile.kept.height, means, variances });
      }
      merge(this.statistics, first, channels, parts);
      place += 2 * channels;
    }
  }

  async #segment(number, { seen, kept }, before) {
    const planes = before ? part(before, divided(seen)) : toPlanes(seenOf(this.pixels, seen, 4));
    const inner = divided({ ...kept, left: kept.left - seen.left, top: kept.top - seen.top });
    const given = [planes, this.rows, this.#shares(seen), this.statistics, inner];
    const result = await this.network.segment(number, ...given);
    this.advance();
    return result;
  }

  #shares(seen) {
    const labels = this.labels && seenOf({ ...this.pixels, data: this.labels }, seen, 1);
    return sharesOf(labels?.data, labels?.width, labels?.height, this.rows.length);
  }
}

/** Paint pixels by passes {rows, labels, share}, all added to the planes `total`. */
export async function paintTiled(network, pixels, passes, total, tell) {
  const [, , height, width] = total.dims;
  const runs = network.about.segments.reduce((sum, { norms }) => sum + norms.length + 1, 0);
  const all = runs * tilesOf(width, height).length * passes.length;
  let done = 0;
  for (const pass of passes) {
    await new Pass(network, pixels, pass, total, () => tell(++done / all)).run();
  }
}

// Large photos by tiles, all normed alike: by the mean of what the norms of some tiles see alone.

import { cut, sharesOf, toPixels, toPlanes } from "./tensors.js";

export const LARGEST_WHOLE = 1_200_000; // pixels: more do not fit into a browser tab's memory
const TILE = 512; // pixels a side, without what it sees beyond
const MOST_ASKED = 24; // tiles whose norms are asked

/** Tiles {seen, kept}, each {left, top, width, height} in the photo. */
function* tilesOf({ width, height }, halo) {
  for (let top = 0; top < height; top += TILE) {
    for (let left = 0; left < width; left += TILE) {
      const kept = { left, top };
      kept.width = Math.min(TILE, width - left);
      kept.height = Math.min(TILE, height - top);
      const seen = { left: Math.max(0, left - halo), top: Math.max(0, top - halo) };
      seen.width = Math.min(width, left + kept.width + halo) - seen.left;
      seen.height = Math.min(height, top + kept.height + halo) - seen.top;
      yield { kept, seen };
    }
  }
}

/** A tile as the network takes it, and the shares of its looks in each pass. */
function* seenBy(passes, pixels, seen) {
  const planes = toPlanes({ data: cut(pixels, seen, 4), ...seen });
  for (const { rows, labels } of passes) {
    const given = labels && cut({ data: labels, width: pixels.width }, seen, 1);
    yield [planes, rows, sharesOf(given, seen.width, seen.height, rows.length)];
  }
}

/** The statistics of each pass: {data, dims}. */
async function statisticsOf(network, pixels, passes, tiles, tell) {
  const step = Math.max(1, tiles.length / MOST_ASKED);
  const found = passes.map(() => []);
  for (let place = 0; place < tiles.length; place += step) {
    const seen = tiles[Math.floor(place)].seen;
    const area = seen.width * seen.height;
    for (const [number, given] of [...seenBy(passes, pixels, seen)].entries()) {
      found[number].push({ area, moments: await network.statistics(...given) });
    }
    tell((0.5 * place) / tiles.length);
  }
  return found.map((parts) => network.merged(parts));
}

/**
 * Paint pixels tile by tile.
 *
 * `passes` are [{rows, labels}], and `blend(planes, results)` makes one painting of what they give.
 */
export async function paintTiled(network, pixels, passes, blend, tell) {
  const tiles = [...tilesOf(pixels, network.about.halo)];
  const statistics = await statisticsOf(network, pixels, passes, tiles, tell);
  const painted = new Uint8ClampedArray(pixels.data.length);
  for (const [number, { kept, seen }] of tiles.entries()) {
    const results = [];
    const inputs = [...seenBy(passes, pixels, seen)];
    for (const [pass, given] of inputs.entries()) {
      results.push(await network.paintTile(...given, statistics[pass]));
    }
    const whole = toPixels(blend(inputs[0][0], results), seen.width, seen.height);
    const inner = { ...kept, left: kept.left - seen.left, top: kept.top - seen.top };
    const lines = cut(whole, inner, 4);
    for (let y = 0; y < kept.height; y++) {
      const line = lines.subarray(4 * y * kept.width, 4 * (y + 1) * kept.width);
      painted.set(line, 4 * ((kept.top + y) * pixels.width + kept.left));
    }
    tell(0.5 + (0.5 * (number + 1)) / tiles.length);
  }
  return { data: painted, width: pixels.width, height: pixels.height };
}

// A photo in its looks, between the photo and the painting by strength.

import { sharesOf, toPixels, toPlanes } from "./tensors.js";
import { LARGEST_WHOLE, paintTiled } from "./tiling.js";

const PHOTO = "photo"; // the row that paints the photograph as it is

/**
 * Paint pixels {data, width, height}.
 *
 * `looks` are mixes {style: share}; `labels` says which look each pixel has, null: all the first.
 * At strength s it is P(s) + (1 - s) * (photo - P(0)), where P(s) is painted with a share s of the
 * style and the rest of the row of the photograph: what the network loses comes back by 1 - s.
 * Where a look is the photograph alone, its pixels stay as they are.
 */
export async function paint(network, pixels, { looks, labels, strength }, tell) {
  if (strength === 0) return pixels;
  const used = labels ? looks : looks.slice(0, 1);
  const passes = [{ rows: used.map((mix) => network.mixed(weakened(mix, strength))), labels }];
  if (strength < 1) passes.push({ rows: [network.mixed({ [PHOTO]: 1 })], labels: null });
  const { width, height } = pixels;
  const blend = (planes, [painted, rebuilt]) => {
    for (let n = 0; rebuilt && n < painted.data.length; n++) {
      painted.data[n] += (1 - strength) * (planes.data[n] - rebuilt.data[n]);
    }
    return painted;
  };
  let result;
  if (width * height > LARGEST_WHOLE) {
    result = await paintTiled(network, pixels, passes, blend, tell);
  } else {
    const planes = toPlanes(pixels);
    const painted = [];
    for (const { rows, labels: given } of passes) {
      painted.push(await network.paint(planes, rows, sharesOf(given, width, height, rows.length)));
    }
    result = toPixels(blend(planes, painted), width, height);
  }
  const kept = used.map((mix) => mix[PHOTO] === 1);
  return kept.some(Boolean) ? keep(result, pixels, labels, kept) : result;
}

function weakened(mix, strength) {
  const weaker = { [PHOTO]: 1 - strength };
  for (const [name, share] of Object.entries(mix)) {
    weaker[name] = (weaker[name] ?? 0) + strength * share;
  }
  return weaker;
}

/** The painting, with the photo's own pixels where the look of a label is kept. */
function keep(painted, pixels, labels, kept) {
  const to = new Uint32Array(painted.data.buffer);
  const from = new Uint32Array(pixels.data.buffer);
  for (let pixel = 0; pixel < to.length; pixel++) {
    if (kept[labels ? labels[pixel] : 0]) to[pixel] = from[pixel];
  }
  return painted;
}

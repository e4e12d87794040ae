// A photo in its looks, between the photo and the painting by strength.

import { add } from "./planes.js";
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
  const rows = used.map((mix) => network.mixed(weakened(mix, strength)));
  const passes = [{ rows, labels, share: 1 }];
  const rebuilt = { rows: [network.mixed({ [PHOTO]: 1 })], labels: null, share: strength - 1 };
  if (strength < 1) passes.push(rebuilt);
  const { width, height } = pixels;
  const photo = toPlanes(pixels);
  const total = { ...photo, data: photo.data.map((value) => (1 - strength) * value) };
  if (width * height > LARGEST_WHOLE) await paintTiled(network, pixels, passes, total, tell);
  else await paintWhole(network, photo, pixels, passes, total);
  const result = toPixels(total, width, height);
  const kept = used.map((mix) => mix[PHOTO] === 1);
  return kept.some(Boolean) ? keep(result, pixels, labels, kept) : result;
}

async function paintWhole(network, photo, { width, height }, passes, total) {
  const [, , bottom, right] = total.dims;
  const all = { left: 0, top: 0, width: right, height: bottom };
  for (const { rows, labels, share } of passes) {
    const shares = sharesOf(labels, width, height, rows.length);
    add(total, await network.paint(photo, rows, shares), all, share);
  }
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

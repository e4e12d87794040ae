// A photo in its looks, between the photo and the painting by strength.

import { EVERYWHERE, halved, toPixels, toPlanes, toShares } from "./tensors.js";

const PHOTO = "photo"; // the row that paints the photograph as it is

/**
 * Paint pixels {data, width, height}.
 *
 * `looks` are mixes {style: share}; `labels` says which look each pixel has, null: all the first.
 * At strength s it is P(s) + (1 - s) * (photo - P(0)), where P(s) is painted with a share s of the
 * style and the rest of the row of the photograph: what the network loses comes back by 1 - s.
 */
export async function paint(network, pixels, { looks, labels, strength }) {
  const { width, height } = pixels;
  const planes = toPlanes(pixels);
  if (strength === 0) return pixels;
  const full = labels ? toShares(labels, width, height, looks.length) : EVERYWHERE;
  const half = halved(full);
  const shares = [full, half, halved(half)];
  const used = labels ? looks : looks.slice(0, 1);
  const rows = used.map((mix) => network.mixed(weakened(mix, strength)));
  const painted = await network.paint(planes, rows, shares);
  if (strength < 1) {
    const rebuilt = await network.paint(planes, [network.mixed({ [PHOTO]: 1 })], Array(3).fill(EVERYWHERE));
    for (let n = 0; n < painted.data.length; n++) {
      painted.data[n] += (1 - strength) * (planes.data[n] - rebuilt.data[n]);
    }
  }
  return toPixels(painted, width, height);
}

function weakened(mix, strength) {
  const weaker = { [PHOTO]: 1 - strength };
  for (const [name, share] of Object.entries(mix)) {
    weaker[name] = (weaker[name] ?? 0) + strength * share;
  }
  return weaker;
}

// Which look each pixel has, as a number.

/** Labels of another size, by the nearest pixel. */
export function resized(labels, from, to) {
  if (!labels) return null;
  const found = new Uint8Array(to.width * to.height);
  for (let y = 0, place = 0; y < to.height; y++) {
    const line = Math.floor((y * from.height) / to.height) * from.width;
    for (let x = 0; x < to.width; x++, place++) {
      found[place] = labels[line + Math.floor((x * from.width) / to.width)];
    }
  }
  return found;
}

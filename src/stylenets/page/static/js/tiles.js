// The styles as tiles with their pictures, and a slider for each style of a mix.

export const PHOTO = "photo";

/** A style's name as people write it. */
export function title(name) {
  return name.replaceAll("_", " ").replace(/^./, (first) => first.toUpperCase());
}

/** Fill `place` with a tile for every style {name, picture}; `pressed` are the chosen ones. */
export function showTiles(place, styles, pressed, choose) {
  place.replaceChildren(
    ...styles.map(({ name, picture }) => {
      const tile = document.createElement("button");
      tile.type = "button";
      tile.className = "tile";
      tile.dataset.style = name;
      tile.setAttribute("aria-pressed", String(name in pressed));
      const image = document.createElement("img");
      image.src = picture;
      image.alt = "";
      const label = document.createElement("span");
      label.textContent = title(name);
      tile.append(image, label);
      tile.addEventListener("click", () => choose(name));
      return tile;
    }),
  );
}

/** A tile that takes a picture of one's own. */
export function addTile(place, take) {
  const tile = document.createElement("label");
  tile.className = "tile add button quiet";
  const input = document.createElement("input");
  input.type = "file";
  input.accept = "image/*";
  input.id = "style-file";
  input.addEventListener("change", () => input.files.length && take(input.files[0]));
  tile.append("Add a picture", input);
  place.append(tile);
}

/** Mark the chosen tiles without building them again: the focus stays where it is. */
export function press(place, pressed) {
  for (const tile of place.querySelectorAll("button.tile")) {
    tile.setAttribute("aria-pressed", String(tile.dataset.style in pressed));
  }
}

/** A slider for each style of a mix of several. */
export function showSliders(place, mix, change) {
  const names = Object.keys(mix);
  const shown = [...place.querySelectorAll("input")].map((input) => input.dataset.style);
  if (shown.join() !== names.join() || names.length < 2) build(place, names, change);
  for (const input of place.querySelectorAll("input")) {
    const share = Math.round(100 * mix[input.dataset.style]);
    if (document.activeElement !== input) input.value = share;
    input.previousElementSibling.lastElementChild.textContent = `${share} %`;
  }
}

function build(place, names, change) {
  const rows = names.length < 2 ? [] : names.map((name) => slider(name, change));
  place.replaceChildren(...rows.flat());
}

function slider(name, change) {
  const label = document.createElement("label");
  const told = document.createElement("output");
  label.append(title(name), told);
  label.htmlFor = `share-${name}`;
  const input = document.createElement("input");
  Object.assign(input, { type: "range", min: 0, max: 100, id: label.htmlFor });
  input.dataset.style = name;
  input.addEventListener("input", () => change(name, input.value / 100));
  return [label, input];
}

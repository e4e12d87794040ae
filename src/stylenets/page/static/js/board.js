// A point among the styles of a mix: the nearer to one, the larger its share.

import { title } from "./tiles.js";

const REACH = 36; // percent of the board from its middle to a style
const STEP = 0.1; // of that, for a press of an arrow key
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Where the styles are: on a circle of radius 1, two of them beside each other. */
function cornersOf(count) {
  const first = count === 2 ? Math.PI : -Math.PI / 2;
  return Array.from({ length: count }, (_, n) => {
    const angle = first + (2 * Math.PI * n) / count;
    return [Math.cos(angle), Math.sin(angle)];
  });
}

/**
 * Shares of the corners at a point, which sum to 1 and whose mean of the corners is the point
 * (Wachspress 1975). One that is outside is moved onto the border.
 */
export function sharesAt([x, y], corners) {
  const count = corners.length;
  if (count === 2) {
    const second = Math.min(1, Math.max(0, (x + 1) / 2));
    return [1 - second, second];
  }
  const far = Math.max(1, Math.hypot(x, y));
  const inside = corners.map(([x0, y0], n) => {
    const [x1, y1] = corners[(n + 1) % count];
    return Math.max(0, (x1 - x0) * (y / far - y0) - (y1 - y0) * (x / far - x0));
  });
  const products = corners.map((_, n) => {
    const others = inside.filter((_, edge) => edge !== n && edge !== (n + count - 1) % count);
    return others.reduce((product, area) => product * area, 1);
  });
  const total = products.reduce((sum, product) => sum + product, 0);
  return products.map((product) => product / total);
}

export class Board {
  /** `change` is called with a new mix. */
  constructor(place, change) {
    Object.assign(this, { place, change, names: [] });
    this.dot = document.createElement("span");
    this.dot.className = "dot";
    place.addEventListener("pointerdown", (event) => {
      place.setPointerCapture(event.pointerId);
      this.#drag(event);
    });
    place.addEventListener("pointermove", (event) => event.buttons && this.#drag(event));
    place.addEventListener("keydown", (event) => {
      const way = WAYS[event.key];
      if (!way) return;
      event.preventDefault();
      this.#move(this.point.map((value, axis) => value + STEP * way[axis]));
    });
  }

  /** Show a mix; `pictures` has one of each style. */
  show(mix, pictures) {
    const names = Object.keys(mix);
    this.place.hidden = names.length < 2;
    if (this.place.hidden) return;
    if (names.join() !== this.names.join()) this.#build(names, pictures);
    this.point = [0, 1].map((axis) =>
      names.reduce((sum, name, n) => sum + mix[name] * this.corners[n][axis], 0),
    );
    this.#put(this.dot, this.point);
  }

  #build(names, pictures) {
    this.names = names;
    this.corners = cornersOf(names.length);
    const images = names.map((name, n) => {
      const image = document.createElement("img");
      Object.assign(image, { src: pictures.get(name), alt: title(name), draggable: false });
      this.#put(image, this.corners[n]);
      return image;
    });
    this.place.replaceChildren(...images, this.dot);
  }

  #put(element, [x, y]) {
    element.style.left = `${50 + REACH * x}%`;
    element.style.top = `${50 + REACH * y}%`;
  }

  #drag({ clientX, clientY }) {
    const { left, top, width, height } = this.place.getBoundingClientRect();
    const from = (place, length) => (100 * (place / length - 0.5)) / REACH;
    this.#move([from(clientX - left, width), from(clientY - top, height)]);
  }

  #move(point) {
    const shares = sharesAt(point, this.corners);
    this.change(Object.fromEntries(this.names.map((name, n) => [name, shares[n]])));
  }
}

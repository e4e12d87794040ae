// A brush that gives pixels a label, by pointer or by keyboard, and shows where it was.

const COLORS = ["#2f5d62", "#c4622d", "#785496", "#bea032", "#4678be"];
const MOVE = 0.5; // of the brush's radius, for a press of an arrow key

/** A color as the number that four bytes of a canvas are. */
function asNumber(color) {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
  return new Uint32Array(Uint8Array.of(red, green, blue, 255).buffer)[0];
}

const NUMBERS = COLORS.map(asNumber);
const shade = (label) => (label ? NUMBERS[label % NUMBERS.length] : 0);

export class Brush {
  /** `label` gives the number to paint with; `done` is called after each stroke. */
  constructor({ view, canvas, ring, size, label, done }) {
    Object.assign(this, { view, canvas, ring, size, label, done, on: false, labels: null });
    view.addEventListener("pointerdown", (event) => this.#down(event));
    view.addEventListener("pointermove", (event) => this.#move(event));
    addEventListener("pointerup", () => this.#up());
    view.addEventListener("keydown", (event) => this.#key(event));
    size.addEventListener("input", () => this.#showRing());
  }

  /** Paint on these labels, of a picture of this size. */
  begin(labels, width, height) {
    Object.assign(this, { labels, at: [width / 2, height / 2], from: null });
    Object.assign(this.canvas, { width, height });
    this.image = new ImageData(width, height);
    this.shown = new Uint32Array(this.image.data.buffer);
    this.clear();
  }

  /** Show that no pixel has a label. */
  clear() {
    this.shown?.fill(0);
    this.canvas.getContext("2d").clearRect(0, 0, this.canvas.width, this.canvas.height);
  }

  switch(on) {
    this.on = on;
    this.canvas.hidden = !on;
    this.view.tabIndex = on ? 0 : -1;
    this.view.style.touchAction = on ? "none" : "pan-y";
    this.#showRing();
  }

  get #ready() {
    return this.on && this.labels !== null;
  }

  get #radius() {
    return (Math.min(this.canvas.width, this.canvas.height) * this.size.value) / 200;
  }

  #place({ clientX, clientY }) {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    const { width: columns, height: rows } = this.canvas;
    return [((clientX - left) * columns) / width, ((clientY - top) * rows) / height];
  }

  #down(event) {
    if (!this.#ready || event.button) return;
    event.preventDefault();
    this.view.focus();
    this.view.classList.add("brushing");
    this.from = this.#place(event);
    this.#line(this.from, this.from);
  }

  #move(event) {
    if (!this.#ready) return;
    this.at = this.#place(event);
    if (this.from) {
      this.#line(this.from, this.at);
      this.from = this.at;
    }
    this.#showRing();
  }

  #up() {
    if (!this.from) return;
    this.from = null;
    this.view.classList.remove("brushing");
    this.done();
  }

  #key(event) {
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const way = ways[event.key];
    if (!this.#ready || (!way && event.key !== " ")) return;
    event.preventDefault();
    if (way) {
      const ends = [this.canvas.width, this.canvas.height];
      const far = Math.max(1, MOVE * this.#radius);
      this.at = this.at.map((place, axis) =>
        Math.min(ends[axis], Math.max(0, place + far * way[axis])),
      );
      this.#showRing();
    } else {
      this.#line(this.at, this.at);
      this.done();
    }
  }

  /** Give every pixel within the radius of the line the label. */
  #line([x0, y0], [x1, y1]) {
    const number = this.label();
    const steps = Math.ceil(Math.hypot(x1 - x0, y1 - y0) / Math.max(1, this.#radius / 3));
    for (let step = 0; step <= steps; step++) {
      const part = steps ? step / steps : 0;
      this.#dot(x0 + part * (x1 - x0), y0 + part * (y1 - y0), number);
    }
  }

  #dot(x, y, number) {
    const { width, height } = this.canvas;
    const radius = this.#radius;
    const top = Math.max(0, Math.ceil(y - radius));
    const below = Math.min(height, Math.floor(y + radius) + 1);
    const inside = (place) => Math.min(width, Math.max(0, Math.round(place)));
    for (let row = top; row < below; row++) {
      const half = Math.sqrt(radius * radius - (row - y) ** 2);
      const first = row * width + inside(x - half);
      const after = row * width + inside(x + half);
      this.labels.fill(number, first, after);
      this.shown.fill(shade(number), first, after);
    }
    const context = this.canvas.getContext("2d");
    context.putImageData(this.image, 0, 0, 0, top, width, below - top);
  }

  #showRing() {
    this.ring.hidden = !this.#ready;
    if (this.ring.hidden) return;
    const scale = this.canvas.offsetWidth / this.canvas.width;
    const radius = this.#radius * scale;
    const [x, y] = this.at.map((place) => place * scale);
    const { offsetLeft, offsetTop } = this.canvas;
    const box = { left: offsetLeft + x - radius, top: offsetTop + y - radius };
    Object.assign(box, { width: 2 * radius, height: 2 * radius });
    for (const [name, pixels] of Object.entries(box)) this.ring.style[name] = `${pixels}px`;
  }
}

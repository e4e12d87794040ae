// What is wanted of a painting: a mix of styles, and others where the brush was.

const MOST = 64; // looks in one picture

const same = (one, other) =>
  Object.keys({ ...one, ...other }).every((name) => (one[name] ?? 0) === (other[name] ?? 0));

export class Looks {
  /** `ground` is the look of all that no brush has touched; `tip` is what the brush paints. */
  constructor(mix) {
    this.ground = mix;
    this.tip = mix;
    this.others = [];
    this.brushing = false;
    this.labels = null;
  }

  /** The mix that the tiles and sliders show. */
  get current() {
    return this.brushing ? this.tip : this.ground;
  }

  set current(mix) {
    if (this.brushing) this.tip = mix;
    else this.ground = mix;
  }

  choose(name) {
    this.current = { [name]: 1 };
  }

  /** Put a style into the mix or take it out; the others keep their proportions. */
  toggle(name) {
    const names = Object.keys(this.current);
    if (!(name in this.current)) this.share(name, 1 / (names.length + 1));
    else if (names.length > 1) {
      this.share(name, 0);
      const { [name]: gone, ...rest } = this.current;
      this.current = rest;
    }
  }

  /** Give a style this share; the others divide what is left as they did before. */
  share(name, value) {
    const others = Object.entries(this.current).filter(([other]) => other !== name);
    const total = others.reduce((sum, [, share]) => sum + share, 0);
    const mix = { [name]: others.length ? value : 1 };
    for (const [other, share] of others) {
      mix[other] = (1 - value) * (total ? share / total : 1 / others.length);
    }
    this.current = Object.fromEntries(
      [...Object.keys(this.current), name].map((one) => [one, mix[one]]),
    );
  }

  /** The number by which pixels have the brush's look. */
  label() {
    let found = this.others.findIndex((mix) => same(mix, this.tip));
    if (found < 0) {
      if (this.others.length === MOST) throw new Error(`${MOST} looks in one picture are enough`);
      found = this.others.push(this.tip) - 1;
    }
    return found + 1;
  }

  clear() {
    this.labels?.fill(0);
    this.others = [];
  }

  /** As the worker takes it; labels only where a brush was. */
  request(strength) {
    const touched = this.labels?.some((label) => label > 0);
    const looks = [this.ground, ...this.others];
    return { looks, labels: touched ? this.labels : null, strength };
  }
}
